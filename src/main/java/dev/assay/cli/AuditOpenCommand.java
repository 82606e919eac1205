package dev.assay.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.audit.seal.Guess;
import dev.assay.audit.seal.GuessScore;
import dev.assay.audit.seal.SealedOrganism;
import dev.assay.audit.seal.TruthItem;
import dev.assay.io.AtomicFiles;
import dev.assay.io.Json;
import dev.assay.view.Table;
import dev.assay.view.Table.Cell;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code assay audit open}: reveals the truth of a sealed organism and scores guesses. */
@Command(
        name = "open",
        description = "Reveals what a sealed organism hides and scores a list of guesses.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class AuditOpenCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "folder of the sealed organism")
    private Path folder;

    @Option(
            names = "--guesses",
            paramLabel = "FILE",
            description = "JSON lines with kind and value, the most certain guess first")
    private Path guesses;

    @Option(
            names = "--commitment",
            paramLabel = "HASH",
            description = "the commitment that was published before the game; another one is an error")
    private String commitment;

    @Option(names = "--out", paramLabel = "FILE", description = "also write truth and scores to this JSON file")
    private Path out;

    @Option(names = "--json", description = "print truth and scores as one JSON object")
    private boolean json;

    @Mixin
    private AuditPassphrase passphrase;

    @Override
    public Integer call() throws IOException {
        SealedOrganism sealed = SealedOrganism.read(folder);
        InvalidInputException.require(
                commitment == null || commitment.equalsIgnoreCase(sealed.commitment()),
                () -> folder.resolve(SealedOrganism.SEAL) + " has the commitment " + sealed.commitment() + ", expected "
                        + commitment);
        List<Guess> guessed = guesses == null ? List.of() : Guess.read(guesses);
        char[] secret = passphrase.read();
        GuessScore score;
        try {
            score = sealed.open(secret, guessed);
        } finally {
            Arrays.fill(secret, '\0');
        }
        ObjectNode result = score.toJson().put("commitment", sealed.commitment());
        if (out != null) {
            InvalidInputException.require(
                    !Files.isDirectory(out), () -> out + " is a folder, expected a file for the scores");
            AtomicFiles.writeString(out, Json.pretty(result));
        }
        PrintWriter print = spec.commandLine().getOut();
        if (json) {
            print.print(Json.pretty(result));
        } else {
            print.print(facts(score).toText());
            print.println();
            print.print(scores(score).toText());
        }
        print.flush();
        return 0;
    }

    private static Table facts(GuessScore score) {
        Table table = Table.of("").words("kind", "id", "rank of its guess", "hidden fact");
        for (TruthItem item : score.truth().items()) {
            Integer rank = score.kinds().get(0).ranks().get(item.id());
            table.row(
                    Cell.text(item.kind()),
                    Cell.text(item.id()),
                    Cell.text(rank == null ? "not found" : rank.toString()),
                    Cell.text(item.text()));
        }
        return table;
    }

    private static Table scores(GuessScore score) {
        Table table = Table.of("")
                .words("kind")
                .numbers(
                        "facts",
                        "guesses",
                        "precision",
                        "recall",
                        "mean reciprocal rank",
                        "average precision",
                        "precision of random guesses");
        for (GuessScore.KindScore kind : score.kinds()) {
            table.row(
                    Cell.text(kind.kind()),
                    Cell.integer(kind.facts()),
                    Cell.integer(kind.guesses()),
                    Cell.number("%.3f", kind.precision()),
                    Cell.number("%.3f", kind.recall()),
                    Cell.number("%.3f", kind.meanReciprocalRank()),
                    Cell.number("%.3f", kind.averagePrecision()),
                    Cell.number("%.3f", kind.randomPrecision()));
        }
        return table;
    }
}
