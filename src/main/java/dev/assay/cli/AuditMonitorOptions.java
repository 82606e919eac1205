package dev.assay.cli;

import java.util.List;
import picocli.CommandLine.Option;

/** The labels of an audit and the options of its monitors. */
final class AuditMonitorOptions {
    @Option(
            names = "--labels",
            paramLabel = "NAME",
            split = ",",
            description =
                    "two labels to compare, separated by a comma; the first is the positive class of monitors (default: the"
                            + " labels of a file with two)")
    private List<String> labels = List.of();

    @Option(
            names = "--fpr",
            paramLabel = "RATE",
            split = ",",
            defaultValue = "0.01,0.05",
            description =
                    "false-positive rates at which the true-positive rates of monitors are compared (default ${DEFAULT-VALUE})")
    private List<Double> falsePositiveRates;

    @Option(
            names = "--bootstrap",
            paramLabel = "N",
            defaultValue = "1000",
            description = "number of bootstrap draws of an interval (default ${DEFAULT-VALUE})")
    private int bootstrap;

    @Option(
            names = "--test-share",
            paramLabel = "SHARE",
            defaultValue = "0.5",
            description =
                    "share of the documents for the test of monitors; documents of one pair or group are on one side (default"
                            + " ${DEFAULT-VALUE})")
    private double testShare;

    @Option(
            names = "--test-groups",
            paramLabel = "NAME",
            split = ",",
            description = "test monitors on the documents of these groups and train them on all others")
    private List<String> testGroups = List.of();

    @Option(
            names = "--columns",
            paramLabel = "N",
            defaultValue = "5",
            description = "number of features of a sparse monitor (default ${DEFAULT-VALUE})")
    private int columns;

    List<String> labels() {
        return labels;
    }

    List<Double> falsePositiveRates() {
        return falsePositiveRates;
    }

    int bootstrap() {
        return bootstrap;
    }

    double testShare() {
        return testShare;
    }

    List<String> testGroups() {
        return testGroups;
    }

    int columns() {
        return columns;
    }
}
