package dev.assay.cli;

import dev.assay.InvalidInputException;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** The number of tasks of a job. */
final class PartitionOption {
    @Option(
            names = "--partitions",
            paramLabel = "N",
            description = "number of tasks; it changes nothing in the result (default: three per slot of the cluster)")
    private Integer partitions;

    OptionalInt count() {
        return partitions == null
                ? OptionalInt.empty()
                : OptionalInt.of(InvalidInputException.requireAtLeast(1, "--partitions", partitions));
    }
}
