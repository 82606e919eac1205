package dev.assay.intervene;

import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedDictionary;
import dev.assay.attach.PromptTokens;
import dev.assay.attach.Splice;
import dev.assay.attach.TokenTexts;
import dev.assay.model.HookBuilder;
import dev.assay.model.HookedTransformer;
import dev.assay.model.Sampling;
import dev.assay.model.hook.HookPoint;
import dev.assay.model.hook.HookScope;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A model that runs with some features of its dictionaries edited. Immutable: each method returns another intervention.
 *
 * <pre>{@code
 * Intervention edits = Intervention.of(model, sae).ablate(5).clamp(7, 3.0).positions(TokenPositions.last()).steer(9, 4.0);
 * try (InterventionResult result = edits.run("Once upon a time")) { … }
 * }</pre>
 *
 * <p>{@link #at} and {@link #positions} say where the edits that follow them act. At one site, edits of codes come first, each on what
 * the ones before it left, then those of the activation in their order. The part of an activation that the dictionary does not
 * reconstruct stays, unless {@link #dropError} takes it away where an edit acts. Special tokens are left alone by a dictionary that
 * was not trained on them.
 */
public final class Intervention {
    private final HookedTransformer model;
    private final AttachedDictionary attached;
    private final TokenPositions positions;
    private final boolean keepsError;
    private final List<PlacedEdit> edits;

    private Intervention(
            HookedTransformer model,
            AttachedDictionary attached,
            TokenPositions positions,
            boolean keepsError,
            List<PlacedEdit> edits) {
        this.model = model;
        this.attached = attached;
        this.positions = positions;
        this.keepsError = keepsError;
        this.edits = edits;
    }

    /**
     * Starts without edits, at the site that a dictionary's metadata name.
     *
     * @param model the model, which stays the caller's, as the dictionary does
     * @param sae the dictionary
     * @return the intervention
     * @throws InvalidInputException when the dictionary does not fit the model or names no site, or the target of a transcoder is unknown
     */
    public static Intervention of(HookedTransformer model, SparseAutoencoder sae) {
        return of(AttachedDictionary.of(model, sae));
    }

    /**
     * Starts without edits, with a dictionary that is attached to a model.
     *
     * @param attached the dictionary at its sites
     * @return the intervention
     * @throws InvalidInputException when the dictionary reads or writes several sites, or the target of a transcoder is unknown
     */
    public static Intervention of(AttachedDictionary attached) {
        attached.sites().read();
        attached.sites().written();
        return new Intervention(attached.model(), attached, TokenPositions.all(), true, List.of());
    }

    /**
     * Starts without edits, at a site.
     *
     * @param model the model, which stays the caller's, as the dictionary does
     * @param point the site
     * @param sae the dictionary
     * @return the intervention
     * @throws InvalidInputException when the dictionary does not fit the site, or the target of a transcoder is unknown
     */
    public static Intervention of(HookedTransformer model, HookPoint point, SparseAutoencoder sae) {
        return of(AttachedDictionary.of(model, point, sae));
    }

    /**
     * Goes on with another dictionary, at the site that its metadata name.
     *
     * @param sae the dictionary
     * @return an intervention whose next edits are there
     * @throws InvalidInputException as {@link #of(HookedTransformer, SparseAutoencoder)}, or when edits with another dictionary
     *     are at this site
     */
    public Intervention at(SparseAutoencoder sae) {
        return at(AttachedDictionary.of(model, sae));
    }

    /**
     * Goes on with another dictionary at a site.
     *
     * @param point the site
     * @param sae the dictionary
     * @return an intervention whose next edits are there
     * @throws InvalidInputException as {@link #of(HookedTransformer, HookPoint, SparseAutoencoder)}, or when edits with another
     *     dictionary are at this site
     */
    public Intervention at(HookPoint point, SparseAutoencoder sae) {
        return at(AttachedDictionary.of(model, point, sae));
    }

    /**
     * Continues with another dictionary that is attached to the same model.
     *
     * @param next the dictionary at its sites
     * @return an intervention whose next edits are there
     * @throws InvalidInputException as {@link #of(AttachedDictionary)}, or when the written site already has a dictionary
     */
    public Intervention at(AttachedDictionary next) {
        next.sites().read();
        boolean taken = edits.stream()
                .map(PlacedEdit::attached)
                .anyMatch(other -> other.sites().written().equals(next.sites().written()) && other.sae() != next.sae());
        if (taken) {
            throw new InvalidInputException(
                    next.sites().written() + " already has a dictionary; each site can have only one");
        }
        return new Intervention(model, next, positions, keepsError, edits);
    }

    /**
     * Says at which tokens the next edits act; at all of them until this is called.
     *
     * @param where the positions
     * @return an intervention whose next edits act there
     */
    public Intervention positions(TokenPositions where) {
        return new Intervention(model, attached, where, keepsError, edits);
    }

    /**
     * Keeps what a dictionary does not reconstruct, as is the default: {@code x + Σ (c' − c)·d}.
     *
     * @return an intervention whose edits all keep it
     */
    public Intervention keepError() {
        return new Intervention(model, attached, positions, true, edits);
    }

    /**
     * Drops what a dictionary does not reconstruct at the positions where its edits act: {@code decode(c')}.
     *
     * @return an intervention whose edits all drop it
     */
    public Intervention dropError() {
        return new Intervention(model, attached, positions, false, edits);
    }

    /**
     * Adds any edit.
     *
     * @param edit the edit
     * @return an intervention with the edit after the others
     * @throws InvalidInputException when the dictionary has no such latent
     */
    public Intervention edit(FeatureEdit edit) {
        attached.require(edit.latent());
        List<PlacedEdit> more = new ArrayList<>(edits);
        more.add(new PlacedEdit(attached, edit, positions));
        return new Intervention(model, attached, positions, keepsError, List.copyOf(more));
    }

    /** Sets a code to 0, see {@link FeatureEdit.Ablate}. */
    public Intervention ablate(int latent) {
        return edit(new FeatureEdit.Ablate(latent));
    }

    /** Sets a code, see {@link FeatureEdit.Clamp}. */
    public Intervention clamp(int latent, double value) {
        return edit(new FeatureEdit.Clamp(latent, value));
    }

    /** Multiplies a code, see {@link FeatureEdit.Scale}. */
    public Intervention scale(int latent, double factor) {
        return edit(new FeatureEdit.Scale(latent, factor));
    }

    /** Lowers a code to a bound, see {@link FeatureEdit.Cap}. */
    public Intervention cap(int latent, double most) {
        return edit(new FeatureEdit.Cap(latent, most));
    }

    /** Adds a latent's direction, see {@link FeatureEdit.Steer}. */
    public Intervention steer(int latent, double strength) {
        return edit(new FeatureEdit.Steer(latent, strength));
    }

    /** Replaces what lies along a latent's direction, see {@link FeatureEdit.SteerOrthogonal}. */
    public Intervention steerOrthogonal(int latent, double strength) {
        return edit(new FeatureEdit.SteerOrthogonal(latent, strength));
    }

    /** Adds a latent's direction within a limit, see {@link FeatureEdit.SteerCapped}. */
    public Intervention steerCapped(int latent, double strength, double share) {
        return edit(new FeatureEdit.SteerCapped(latent, strength, share));
    }

    /** Returns the same edits with another number in the last one. */
    Intervention withDose(double dose) {
        requireEdits();
        PlacedEdit last = edits.get(edits.size() - 1);
        List<PlacedEdit> changed = new ArrayList<>(edits);
        changed.set(
                edits.size() - 1, new PlacedEdit(last.attached(), last.edit().withDose(dose), last.positions()));
        return new Intervention(model, attached, positions, keepsError, List.copyOf(changed));
    }

    /**
     * Puts the edits on the runs of this thread, whatever runs these are.
     *
     * @return what takes them off
     * @throws InvalidInputException when there is no edit
     */
    public HookScope open() {
        return open((point, x, change) -> {});
    }

    private HookScope open(SiteEditor.Watcher watcher) {
        requireEdits();
        HookBuilder hooks = model.hooks();
        Map<HookPoint, List<PlacedEdit>> bySite = new LinkedHashMap<>();
        edits.forEach(edit -> bySite.computeIfAbsent(edit.attached().sites().written(), site -> new ArrayList<>())
                .add(edit));
        bySite.values().forEach(here -> {
            AttachedDictionary each = here.get(0).attached();
            new Splice(each.sites()).edit(hooks, new SiteEditor(each, here, keepsError, watcher));
        });
        return hooks.open();
    }

    /**
     * Runs a text without and with the edits. The text begins with the token that begins a text if the dictionary's metadata say so
     * and the tokenizer has one.
     *
     * @param prompt some text
     * @return what the edits changed, to be closed
     * @throws InvalidInputException when the prompt is empty or longer than the context, or there is no edit
     */
    public InterventionResult run(String prompt) {
        return run(read(prompt));
    }

    /**
     * Runs tokens as they are, see {@link #run(String)}.
     *
     * @param tokens ids, as many as the context takes at most
     * @return what the edits changed, to be closed
     */
    public InterventionResult run(int... tokens) {
        return run(PromptTokens.of(model, tokens));
    }

    private InterventionResult run(PromptTokens prompt) {
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off()) {
            return run(prompt, logits(prompt));
        }
    }

    /** Runs a text with the edits beside the logits that it has without them. */
    InterventionResult run(PromptTokens prompt, NDArray baseline) {
        List<SiteChange> changes = new ArrayList<>();
        try (Scope scope = Scope.open();
                Autograd off = Autograd.off();
                HookScope hooks = open((point, x, change) -> changes.add(SiteChange.of(point, x, change)))) {
            NDArray edited = logits(prompt);
            return new InterventionResult(prompt, TokenTexts.of(model), toString(), baseline, edited, changes);
        }
    }

    /** Returns [position, V]. */
    NDArray logits(PromptTokens prompt) {
        return model.forward(prompt.batch(model, 1)).squeeze(0);
    }

    /**
     * Continues a text without and with the edits, by the same draws.
     *
     * @param prompt some text, read as {@link #run(String)} reads it
     * @param newTokens how many to add
     * @param sampling how to choose them
     * @return both texts
     * @throws InvalidInputException as {@link #run(String)}
     */
    public Continuation generate(String prompt, int newTokens, Sampling sampling) {
        PromptTokens read = read(prompt);
        String baseline = continued(read, newTokens, sampling);
        return new Continuation(prompt, baseline, editedText(read, newTokens, sampling), toString());
    }

    String editedText(PromptTokens prompt, int newTokens, Sampling sampling) {
        try (HookScope hooks = open()) {
            return continued(prompt, newTokens, sampling);
        }
    }

    String continued(PromptTokens prompt, int newTokens, Sampling sampling) {
        try (Autograd off = Autograd.off()) {
            int[] all = model.generate(prompt.tokens(), newTokens, sampling);
            return model.tokenizer().decode(Arrays.copyOfRange(all, prompt.length(), all.length));
        }
    }

    /**
     * Starts to describe a series of runs in which the number of the last edit is replaced by each of some doses.
     *
     * @param doses at least one, as the edit takes them
     * @return the series
     * @throws InvalidInputException when there is no dose, or the last edit has no number
     */
    public DoseResponse doseResponse(double... doses) {
        return new DoseResponse(this, doses);
    }

    PromptTokens read(String prompt) {
        return PromptTokens.of(model, prompt, attached.sae().metadata());
    }

    HookedTransformer model() {
        return model;
    }

    private void requireEdits() {
        if (edits.isEmpty()) {
            throw new InvalidInputException("the intervention has no edit, expected at least one such as ablate(5)");
        }
    }

    /** Returns the edits in words. */
    @Override
    public String toString() {
        return edits.stream().map(PlacedEdit::toString).collect(Collectors.joining("; "))
                + (keepsError ? "; reconstruction error kept" : "; reconstruction error dropped");
    }
}
