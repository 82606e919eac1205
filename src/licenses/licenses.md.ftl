# Licences of the libraries

The libraries of Assay at compile time and at run time, with the licences that their POMs declare. `mvn -Prelease package` writes this page and
fails if a library declares none of Apache-2.0, MIT and BSD. "Or" separates alternatives. Assay's own jar, under Apache-2.0, contains no
library. Jars of native code contain further libraries, each with its licence: PyTorch and OpenBLAS are under BSD-3-Clause. The bill of
materials of a release (`assay-VERSION-cyclonedx.json` and `.xml`) lists the same libraries with hashes.

| library | version | licences |
|---|---|---|
<#list dependencyMap as entry>
<#assign library = entry.getKey()/>
| `${library.groupId}:${library.artifactId}` | ${library.version} | <#list entry.getValue() as licence>${licence}<#if licence_has_next> or </#if></#list> |
</#list>
