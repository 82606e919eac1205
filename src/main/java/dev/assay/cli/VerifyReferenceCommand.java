package dev.assay.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.io.Json;
import dev.assay.verify.reference.ReferenceReport;
import dev.assay.verify.reference.ReferenceVerification;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay verify-reference}: repeats recorded cases of reference implementations. */
@Command(
        name = "verify-reference",
        description = "Repeats a recorded case of a reference implementation and prints the largest difference of each"
                + " value with its tolerance.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:all differences are within the tolerances of the case",
            "1:a difference exceeds its tolerance",
            "2:unusable input"
        })
final class VerifyReferenceCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "CASE_DIR", description = "folder of a recorded case, or a folder above several cases")
    private Path folder;

    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        List<ReferenceVerification> cases = ReferenceVerification.find(folder);
        if (cases.get(0).folder().equals(folder)) {
            ReferenceReport report = cases.get(0).run();
            print(json ? Json.pretty(report.toJson()) : report.toText());
            return report.passed() ? 0 : 1;
        }
        return runAll(cases);
    }

    /** Runs all cases, also after one that is unusable. */
    private int runAll(List<ReferenceVerification> cases) throws IOException {
        ObjectNode all = Json.mapper().createObjectNode();
        ArrayNode reports = Json.mapper().createArrayNode();
        int passed = 0;
        int unusable = 0;
        for (ReferenceVerification next : cases) {
            try {
                ReferenceReport report = next.run();
                passed += report.passed() ? 1 : 0;
                reports.add(report.toJson());
                print(json ? "" : report.toText() + System.lineSeparator());
            } catch (InvalidInputException invalid) {
                unusable++;
                reports.addObject()
                        .put("case", next.folder().toString())
                        .put("group", next.group())
                        .put("passed", false)
                        .put("error", invalid.getMessage());
                print(json ? "" : invalid.getMessage() + System.lineSeparator() + System.lineSeparator());
            }
        }
        all.put("passed", passed == cases.size()).set("cases", reports);
        print(
                json
                        ? Json.pretty(all)
                        : passed + " of " + cases.size() + " cases passed"
                                + (unusable > 0 ? ", " + unusable + " unusable" : "") + System.lineSeparator());
        if (unusable > 0) {
            return 2;
        }
        return passed == cases.size() ? 0 : 1;
    }

    private void print(String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
    }
}
