package dev.assay.spark.submit;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a jar in a Maven repository.
 *
 * @param artifact the artifact with its classifier, without the version, such as {@code javacpp-linux-x86_64}
 * @param major the first number of the version; empty without a version
 */
record JarName(String artifact, String major) {
    private static final Pattern NAME = Pattern.compile("(.+?)-(\\d+)[\\w.]*(?:-M\\d[\\d.]*)?((?:-[\\w.]+)*?)\\.jar");
    private static final Pattern PLATFORM = Pattern.compile(".*(linux|osx|macosx|windows|win)-.*");

    /** Parses a file name. The version of a name without a version, or with an unusual one, is part of the artifact. */
    static JarName of(String file) {
        Matcher name = NAME.matcher(file);
        if (!name.matches()) {
            return new JarName(file.endsWith(".jar") ? file.substring(0, file.length() - ".jar".length()) : file, "");
        }
        String classifier = name.group(3);
        return new JarName(name.group(1) + (PLATFORM.matcher(classifier).matches() ? classifier : ""), name.group(2));
    }
}
