package dev.assay.train;

import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.sae.Sites;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.internal.run.RunOutput;
import dev.assay.train.internal.run.ShuffleOptions;
import dev.assay.train.internal.run.SweepLoop;
import dev.assay.train.internal.run.SweepTokens;
import dev.assay.train.plan.SweepMember;
import dev.assay.train.plan.SweepResult;
import dev.assay.train.plan.TrainingPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Trains many dictionaries in one pass over the activations.
 *
 * <pre>{@code
 * SaeSweep sweep = SaeSweep.of(source).tokens(50_000_000).output(Path.of("runs/sweep"));
 * for (int k : new int[] {16, 32, 64}) {
 *     sweep.member("topk-" + k, () -> SaeTrainer.of(TopK.of(k)).dictionarySize(16_384));
 * }
 * try (SweepResult result = sweep.train()) { … }
 * }</pre>
 *
 * <p>The members share one stream of activations and one shuffling buffer, and see the same batches in the same order; each ends with
 * the weights, bit for bit, that the same trainer gives alone with the same tokens, batch size, {@linkplain #bufferRows buffer rows} and
 * {@linkplain #shuffleSeed shuffling seed}, on the same machine and number of threads. What goes wrong in one member, such as a loss
 * that is not finite or an option out of range, stops that member; the others go on.
 *
 * <p>With an {@linkplain #output output folder}, an interrupted sweep goes on from its last checkpoint, to the same weights as well.
 */
public final class SaeSweep {
    private final ActivationSource source;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private long tokens;
    private int batch = 4096;
    private int bufferRows;
    private long shuffleSeed;
    private Path output;
    private Duration checkpointEvery = Duration.ofMinutes(2);
    private boolean tensorBoard;
    private boolean report = true;
    private boolean progress = true;

    private record Entry(Supplier<SaeTrainer> trainer, List<String> sites) {}

    private SaeSweep(ActivationSource source) {
        this.source = source;
    }

    /**
     * Starts to describe a sweep.
     *
     * @param source the activations of all sites that members are trained on
     * @return the sweep
     */
    public static SaeSweep of(ActivationSource source) {
        return new SaeSweep(Objects.requireNonNull(source));
    }

    /**
     * Adds a member that is trained on all sites of the source.
     *
     * @param name of its folder, and in the result
     * @param trainer describes it; its source, tokens, batch size, shuffling and output are the sweep's. An
     *     {@link InvalidInputException} here or in its plan makes this member one that stopped before its first step
     * @return this
     */
    public SaeSweep member(String name, Supplier<SaeTrainer> trainer) {
        return member(name, source.sites(), trainer);
    }

    /**
     * Adds a member that is trained on some sites of the source.
     *
     * @param name of its folder, and in the result
     * @param sites one of the source's, or for a transcoder two, the input's and the target's
     * @param trainer as for {@link #member(String, Supplier)}
     * @return this
     */
    public SaeSweep member(String name, List<String> sites, Supplier<SaeTrainer> trainer) {
        for (String site : sites) {
            InvalidInputException.require(
                    source.sites().contains(site),
                    "the member \"" + name + "\" is on " + site + ", expected one of "
                            + String.join(", ", source.sites()));
        }
        InvalidInputException.require(
                !sites.isEmpty(), "the member \"" + name + "\" is on no site, expected at least one");
        InvalidInputException.require(
                entries.putIfAbsent(name, new Entry(trainer, List.copyOf(sites))) == null,
                "two members are called \"" + name + "\", expected a name each");
        return this;
    }

    /**
     * Sets the number of activations to train on, repeats counted. Required.
     *
     * @param activations at least one batch
     * @return this
     */
    public SaeSweep tokens(long activations) {
        tokens = activations;
        return this;
    }

    /**
     * Sets the number of activations of a step; 4096 unless set.
     *
     * @param activations at least 1
     * @return this
     */
    public SaeSweep batchSize(int activations) {
        InvalidInputException.require(activations >= 1, "the batch size is " + activations + ", expected at least 1");
        batch = activations;
        return this;
    }

    /**
     * Sets the rows of the shuffling buffer; by the width of all sites together, as for a trainer, unless set.
     *
     * @param rows at least two batches
     * @return this
     */
    public SaeSweep bufferRows(int rows) {
        InvalidInputException.require(rows >= 2, "the buffer holds " + rows + " rows, expected at least 2");
        bufferRows = rows;
        return this;
    }

    /**
     * Sets the seed of shuffling, which all members share; 0 unless set. Their own seeds decide their initialisation.
     *
     * @param number any number
     * @return this
     */
    public SaeSweep shuffleSeed(long number) {
        shuffleSeed = number;
        return this;
    }

    /**
     * Sets the folder for metrics, of each member in a folder of its name, and checkpoints; nothing is written unless set.
     *
     * @param folder made when missing; the same sweep found there goes on
     * @return this
     */
    public SaeSweep output(Path folder) {
        output = folder;
        return this;
    }

    /**
     * Sets the time between two checkpoints of all members together; two minutes unless set.
     *
     * @param pause zero for a checkpoint after every step
     * @return this
     */
    public SaeSweep checkpointEvery(Duration pause) {
        InvalidInputException.require(
                !pause.isNegative(), "a checkpoint every " + pause.toMillis() / 1e3 + " seconds, expected 0 or more");
        checkpointEvery = pause;
        return this;
    }

    /**
     * Sets whether TensorBoard event files are written beside the metrics; they are not unless set.
     *
     * @param written whether they are
     * @return this
     */
    public SaeSweep tensorBoard(boolean written) {
        tensorBoard = written;
        return this;
    }

    /**
     * Sets whether each member's folder has a page with its curves; it has unless set.
     *
     * @param written whether it has
     * @return this
     */
    public SaeSweep report(boolean written) {
        report = written;
        return this;
    }

    /**
     * Sets whether a progress bar is drawn on the error stream; it is unless set.
     *
     * @param shown whether it is
     * @return this
     */
    public SaeSweep progress(boolean shown) {
        progress = shown;
        return this;
    }

    /**
     * Returns the members as they will be trained.
     *
     * @return in the order in which they were added
     * @throws InvalidInputException when there are none, or what they share is out of range
     */
    public List<SweepMember> members() {
        InvalidInputException.require(!entries.isEmpty(), "the sweep has no members, expected at least one");
        InvalidInputException.require(
                tokens >= batch, "tokens is " + tokens + ", expected at least one batch of " + batch);
        List<SweepMember> members = new ArrayList<>();
        entries.forEach((name, entry) -> members.add(member(name, entry)));
        return members;
    }

    private SweepMember member(String name, Entry entry) {
        List<Integer> widths = entry.sites().stream()
                .map(site -> source.widths().get(source.sites().indexOf(site)))
                .toList();
        try {
            TrainingPlan plan =
                    entry.trainer().get().tokens(tokens).batchSize(batch).plan();
            return new SweepMember(name, plan, plan.target().sites(entry.sites(), widths), null);
        } catch (InvalidInputException refusal) {
            return new SweepMember(name, null, Sites.concatenated(entry.sites(), widths), refusal.getMessage());
        }
    }

    /**
     * Trains.
     *
     * @return what became of every member
     * @throws IOException when text cannot be read, or metrics or a checkpoint not written; earlier checkpoints survive
     * @throws InvalidInputException when what the members share does not fit, or the output folder holds another sweep
     */
    public SweepResult train() throws IOException {
        List<SweepMember> members = members();
        int rows = bufferRows > 0 ? bufferRows : ShuffleOptions.rows(source.width(), batch, tokens);
        RunOutput written =
                output == null ? null : new RunOutput(output, checkpointEvery, 2, null, tensorBoard, report);
        try (NDManager manager = TorchEngine.newManager(source.device());
                Autograd off = Autograd.off();
                SweepLoop loop = new SweepLoop(
                        manager,
                        members,
                        source,
                        new SweepTokens(tokens, batch),
                        new ShuffleOptions(rows, shuffleSeed),
                        written,
                        progress)) {
            return loop.run();
        }
    }
}
