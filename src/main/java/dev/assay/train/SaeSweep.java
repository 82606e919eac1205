package dev.assay.train;

import ai.djl.ndarray.NDManager;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.io.FolderLock;
import dev.assay.io.IoConsumer;
import dev.assay.sae.Sites;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.TorchEngine;
import dev.assay.train.internal.run.BestDictionary;
import dev.assay.train.internal.run.CheckpointStore;
import dev.assay.train.internal.run.Member;
import dev.assay.train.internal.run.MemberSetup;
import dev.assay.train.internal.run.SweepCheckpoints;
import dev.assay.train.internal.run.TrainingLoop;
import dev.assay.train.plan.SweepMember;
import dev.assay.train.plan.SweepResult;
import dev.assay.train.plan.TrainingPlan;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
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
 * <p>The members share one stream of activations and one shuffling buffer, and see the same batches in the same order. Each ends with
 * the weights, bit for bit, that the same trainer gives alone with the same tokens, batch size, {@linkplain #bufferRows buffer rows} and
 * {@linkplain #shuffleSeed shuffling seed}, on the same machine and number of threads. A failure of one member, such as a loss that is
 * not finite or an option out of range, stops that member; the others continue.
 *
 * <p>With an {@linkplain #output output folder}, each member writes its metrics to a folder of its name, and an interrupted sweep
 * resumes from its last checkpoint to the same weights.
 */
public final class SaeSweep extends RunSettings<SaeSweep> {
    private final ActivationSource source;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private record Entry(Supplier<SaeTrainer> trainer, List<String> sites) {}

    private SaeSweep(ActivationSource source) {
        super(Duration.ofMinutes(2));
        this.source = source;
    }

    /**
     * Creates a sweep without members.
     *
     * @param source the activations of all sites that members are trained on
     * @return the sweep
     */
    public static SaeSweep of(ActivationSource source) {
        return new SaeSweep(Objects.requireNonNull(source));
    }

    @Override
    SaeSweep self() {
        return this;
    }

    /**
     * Sets options by name, as sweep files do.
     *
     * @param options those that all members share
     * @return this
     * @throws InvalidInputException when one of them belongs to a member
     */
    public SaeSweep options(TrainerOptions options) {
        options.applyTo(this);
        return this;
    }

    /**
     * Adds a member that is trained on all sites of the source.
     *
     * @param name of its folder, and in the result
     * @param trainer its options; source, length, shuffling, output and checkpoints are settings of the sweep. An
     *     {@link InvalidInputException} here or in its plan stops the member before its first step
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
                    () -> "the member \"" + name + "\" is on " + site + ", expected one of "
                            + String.join(", ", source.sites()));
        }
        InvalidInputException.require(
                !sites.isEmpty(), () -> "the member \"" + name + "\" is on no site, expected at least one");
        InvalidInputException.require(
                entries.putIfAbsent(name, new Entry(trainer, List.copyOf(sites))) == null,
                () -> "duplicate member name \"" + name + "\"");
        return this;
    }

    /**
     * Returns the members as they will be trained.
     *
     * @return in the order in which they were added
     * @throws InvalidInputException when there are none, or a shared setting is out of range
     */
    public List<SweepMember> members() {
        return setups().stream().map(MemberSetup::member).toList();
    }

    private List<MemberSetup> setups() {
        InvalidInputException.require(!entries.isEmpty(), "the sweep has no members, expected at least one");
        InvalidInputException.require(
                length().tokens() >= length().batch(),
                () -> "tokens is " + length().tokens() + ", expected at least one batch of " + length().batch());
        List<MemberSetup> setups = new ArrayList<>();
        entries.forEach((name, entry) -> setups.add(setup(name, entry)));
        return setups;
    }

    private MemberSetup setup(String name, Entry entry) {
        List<Integer> widths = entry.sites().stream()
                .map(site -> source.widths().get(source.sites().indexOf(site)))
                .toList();
        SaeTrainer trainer;
        SweepMember member;
        try {
            trainer = entry.trainer().get();
            TrainingPlan plan = trainer.plan(length());
            member = new SweepMember(name, plan, plan.target().sites(entry.sites(), widths), null);
        } catch (InvalidInputException refusal) {
            Sites sites = Sites.concatenated(entry.sites(), widths);
            return MemberSetup.refused(new SweepMember(name, null, sites, refusal.getMessage()));
        }
        List<String> shared = trainer.refusedInSweep();
        InvalidInputException.require(
                shared.isEmpty(),
                () -> "the member \"" + name + "\" sets " + String.join(", ", shared)
                        + ", expected settings that all members share on the sweep only");
        return trainer.setup(member, name, hasOutput() ? output().resolve(name) : Path.of(""), this);
    }

    /**
     * Trains all members.
     *
     * @return the outcome of each member
     * @throws IOException when text cannot be read, or metrics or a checkpoint cannot be written; earlier checkpoints survive
     * @throws InvalidInputException when a shared setting does not fit, or the output folder holds another sweep
     */
    public SweepResult train() throws IOException {
        return train(trained -> {});
    }

    /**
     * Trains all members and saves them before the reports of the runs are completed.
     *
     * @param saving receives the outcomes as soon as all members have stopped or are trained
     * @return the outcome of each member
     * @throws IOException as for {@link #train()}, or when a dictionary cannot be saved
     * @throws InvalidInputException as for {@link #train()}
     */
    public SweepResult train(IoConsumer<SweepResult> saving) throws IOException {
        List<MemberSetup> setups = setups();
        CheckpointStore store = hasOutput() ? new SweepCheckpoints(output(), keptCheckpoints()) : CheckpointStore.NONE;
        try (Closeable lock = lock();
                Closeable memberLocks = memberLocks();
                NDManager manager = TorchEngine.newManager(source.device());
                Autograd off = Autograd.off();
                TrainingLoop loop = loop(manager, source, 0, setups, store)) {
            SweepResult result =
                    new SweepResult(loop.run().stream().map(Member::outcome).toList());
            try {
                saving.accept(result);
                return result;
            } catch (IOException | RuntimeException failure) {
                result.close();
                throw failure;
            }
        }
    }

    /** Locks the folder of each member: a single run could write to it. */
    private Closeable memberLocks() throws IOException {
        List<FolderLock> locks = new ArrayList<>();
        Closeable all = () -> {
            for (FolderLock lock : locks) {
                lock.close();
            }
        };
        try {
            for (String name : hasOutput() ? entries.keySet() : Set.<String>of()) {
                locks.add(FolderLock.in(output().resolve(name)));
            }
            return all;
        } catch (IOException | RuntimeException failure) {
            all.close();
            throw failure;
        }
    }

    /**
     * Returns whether the output folder has a best checkpoint of a member: not if the metric was NaN at every checkpoint.
     *
     * @param name of the member
     * @return whether {@link #best} builds a dictionary
     */
    public boolean hasBest(String name) {
        return BestDictionary.exists(output().resolve(name).resolve(SaeTrainer.CHECKPOINTS));
    }

    /**
     * Builds the dictionary of a member's best checkpoint in the output folder.
     *
     * @param name of the member
     * @return the dictionary, on the device of the source
     * @throws IOException when the checkpoint cannot be read
     * @throws InvalidInputException when there is no best checkpoint
     * @throws NoSuchElementException when there is no such member or it cannot be trained
     */
    public SparseAutoencoder best(String name) throws IOException {
        SweepMember member = members().stream()
                .filter(candidate -> candidate.name().equals(name) && candidate.refusal() == null)
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no member " + name + " can be trained"));
        return BestDictionary.load(
                selected(source), member, output().resolve(name).resolve(SaeTrainer.CHECKPOINTS));
    }
}
