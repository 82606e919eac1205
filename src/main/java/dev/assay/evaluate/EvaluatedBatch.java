package dev.assay.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.assay.attach.AttachedSites;
import dev.assay.attach.TokenMask;
import dev.assay.model.HookedTransformer;
import dev.assay.model.PausedPass;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.text.TokenBatch;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;

/** A batch of contexts on which the model has run up to the first written site of a dictionary. */
final class EvaluatedBatch implements AutoCloseable {
    private static final int BYTES_PER_TOKEN = 2 * Long.BYTES + Integer.BYTES; // of a TokenBatch

    private final TokenBatch tokens;
    private final AttachedSites sites;
    private final PausedPass pass;
    private final NDArray kept; // int64 [n], indices of the tokens that the dictionary is for
    private final NDArray earlyInput; // [n, d_in]; null if continuations compute all read sites
    private final ActivationMean mean;

    private EvaluatedBatch(TokenBatch tokens, AttachedSites sites, PausedPass pass, Activations first) {
        boolean early = sites.reads().stream().anyMatch(point -> !pass.isAtOrBehind(point));
        this.tokens = tokens;
        this.sites = sites;
        this.pass = pass;
        this.kept = first.kept;
        this.earlyInput = early ? first.input : null;
        this.mean = first.mean;
        if (!early) {
            first.input.close();
        }
    }

    /** The activations of the tokens that the dictionary is for, during the first run. */
    private static final class Activations {
        private NDArray kept;
        private NDArray input;
        private ActivationMean mean = ActivationMean.NONE;
    }

    /**
     * The unedited model.
     *
     * @param logits [batch, position, V]
     * @param x the activations that the dictionary encodes, [n, d_in]
     * @param target the activations that it reconstructs, [n, d_out]
     */
    record Clean(NDArray logits, NDArray x, NDArray target) implements AutoCloseable {
        @Override
        public void close() {
            logits.close();
            x.close();
            target.close();
        }
    }

    /**
     * Runs the model up to the first written site, and for the mean up to the last one.
     *
     * @param mask includes the tokens that the dictionary is for
     * @param withMean whether to compute the mean of the written activations
     */
    static EvaluatedBatch of(
            TokenBatch tokens, AttachedSites sites, TokenMask mask, boolean withMean, NDManager manager) {
        HookedTransformer model = sites.model();
        Activations first = new Activations();
        List<HookPoint> points = withMean ? List.of(sites.all()) : sites.reads();
        PausedPass pass = null;
        try (HookScope hooks = model.hooks()
                .readTogether(points, cache -> {
                    first.kept = Scope.detached(() -> manager.create(mask.kept(tokens, sites, cache)));
                    first.input = rows(sites.input(cache), first.kept);
                    if (withMean && first.kept.size() > 0) {
                        first.mean = mean(sites.transcodes() ? sites.target(cache) : sites.input(cache), first.kept);
                    }
                })
                .open()) {
            pass = PausedPass.at(firstWritten(sites), model, tokens.toArray(manager));
            HookPoint[] later = points.stream().filter(pass::isAtOrBehind).toArray(HookPoint[]::new);
            if (later.length > 0) {
                pass.cache(later).close(); // not beyond them, whatever hooks are open
            }
            return new EvaluatedBatch(tokens, sites, pass, first);
        } catch (RuntimeException failure) {
            if (pass != null) {
                pass.close();
            }
            throw failure;
        }
    }

    private static ActivationMean mean(NDArray target, NDArray kept) {
        try (NDArray rows = rows(target, kept)) {
            return ActivationMean.of(rows);
        }
    }

    private static NDArray rows(NDArray x, NDArray kept) {
        return Scope.detached(() -> Aten.indexSelect(x, 0, kept));
    }

    private static HookPoint firstWritten(AttachedSites sites) {
        int layers = sites.model().config().layers();
        return sites.requiredWrites().stream()
                .min(Comparator.comparingInt(point -> point.kind().slot(point.block(), layers)))
                .orElseThrow();
    }

    TokenBatch tokens() {
        return tokens;
    }

    /** Returns the token ids, int64 [batch, position]. */
    NDArray ids() {
        return pass.tokens();
    }

    /** Returns the indices of the tokens that the dictionary is for, int64 [n]. */
    NDArray kept() {
        return kept;
    }

    /** Returns the mean of the written activations of these tokens, or of none if it was not computed. */
    ActivationMean mean() {
        return mean;
    }

    /** Returns the memory of the batch. */
    long bytes() {
        long early = earlyInput == null ? 0 : earlyInput.size() * Float.BYTES;
        return pass.bytes() + early + kept.size() * Long.BYTES + (long) tokens.ids().length * BYTES_PER_TOKEN;
    }

    /** Continues without an edit. */
    Clean clean() {
        NDArray[] rows = new NDArray[2];
        List<HookPoint> points = earlyInput == null ? List.of(sites.all()) : sites.requiredWrites();
        try (HookScope hooks = sites.model()
                .hooks()
                .readTogether(points, cache -> {
                    rows[0] = earlyInput == null
                            ? rows(sites.input(cache), kept)
                            : Scope.detached(() -> earlyInput.reshape(earlyInput.getShape()));
                    rows[1] = sites.transcodes()
                            ? rows(sites.target(cache), kept)
                            : Scope.detached(() -> rows[0].reshape(rows[0].getShape()));
                })
                .open()) {
            return new Clean(pass.forward(), rows[0], rows[1]);
        }
    }

    /** Continues with the open hooks and returns the logits, [batch, position, V]. */
    NDArray forward() {
        return pass.forward();
    }

    /** Returns the file of each kept token; empty if no document of the batch is from a file. */
    List<String> files() {
        return tokens.files().isEmpty()
                ? List.of()
                : LongStream.of(kept.toLongArray())
                        .mapToObj(token -> tokens.file((int) token))
                        .toList();
    }

    @Override
    public void close() {
        pass.close();
        kept.close();
        if (earlyInput != null) {
            earlyInput.close();
        }
    }
}
