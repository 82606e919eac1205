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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Edits of dictionary features that are applied while a model runs. Immutable: each method that adds an edit or sets an option returns a
 * new intervention.
 *
 * <pre>{@code
 * Intervention edits = Intervention.of(model, sae).ablate(5).clamp(7, 3.0).positions(TokenPositions.last()).steer(9, 4.0);
 * try (InterventionResult result = edits.run("Once upon a time")) { … }
 * }</pre>
 *
 * <p>{@link #at} and {@link #positions} set the site and the token positions of the edits added after them. At each site, code edits are
 * applied first, in order, each to the result of the previous one; activation edits follow, in order. The reconstruction error of the
 * dictionary is kept by default; {@link #dropError} removes it at positions where an edit applies. Special tokens are not edited if the
 * dictionary was trained without them.
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
     * Creates an intervention without edits at the site named by a dictionary's metadata.
     *
     * @param model the model; the caller closes it and the dictionary
     * @param sae the dictionary
     * @return the intervention
     * @throws InvalidInputException when the dictionary does not fit the model or names no site, or the target of a transcoder is unknown
     */
    public static Intervention of(HookedTransformer model, SparseAutoencoder sae) {
        return of(AttachedDictionary.of(model, sae));
    }

    /**
     * Creates an intervention without edits for a dictionary attached to a model.
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
     * Creates an intervention without edits at a site.
     *
     * @param model the model; the caller closes it and the dictionary
     * @param point the site
     * @param sae the dictionary
     * @return the intervention
     * @throws InvalidInputException when the dictionary does not fit the site, or the target of a transcoder is unknown
     */
    public static Intervention of(HookedTransformer model, HookPoint point, SparseAutoencoder sae) {
        return of(AttachedDictionary.of(model, point, sae));
    }

    /**
     * Selects another dictionary, at the site named by its metadata.
     *
     * @param sae the dictionary
     * @return an intervention that adds further edits to this dictionary
     * @throws InvalidInputException as {@link #of(HookedTransformer, SparseAutoencoder)}, or when another dictionary already has edits at
     *     this site
     */
    public Intervention at(SparseAutoencoder sae) {
        return at(AttachedDictionary.of(model, sae));
    }

    /**
     * Selects another dictionary at a site.
     *
     * @param point the site
     * @param sae the dictionary
     * @return an intervention that adds further edits to this dictionary
     * @throws InvalidInputException as {@link #of(HookedTransformer, HookPoint, SparseAutoencoder)}, or when another dictionary already has
     *     edits at this site
     */
    public Intervention at(HookPoint point, SparseAutoencoder sae) {
        return at(AttachedDictionary.of(model, point, sae));
    }

    /**
     * Selects another dictionary attached to the same model.
     *
     * @param next the dictionary at its sites
     * @return an intervention that adds further edits to this dictionary
     * @throws InvalidInputException as {@link #of(AttachedDictionary)}, or when the written site already has a dictionary
     */
    public Intervention at(AttachedDictionary next) {
        next.sites().read();
        boolean occupied = edits.stream()
                .map(PlacedEdit::attached)
                .anyMatch(other -> other.sites().written().equals(next.sites().written()) && other.sae() != next.sae());
        if (occupied) {
            throw new InvalidInputException(
                    next.sites().written() + " already has a dictionary; each site can have only one");
        }
        return new Intervention(model, next, positions, keepsError, edits);
    }

    /**
     * Sets the token positions of the edits added after this call; the default is all positions.
     *
     * @param where the positions
     * @return an intervention that adds further edits at these positions
     */
    public Intervention positions(TokenPositions where) {
        return new Intervention(model, attached, where, keepsError, edits);
    }

    /**
     * Keeps the reconstruction error of the dictionaries: {@code x + Σ (c' − c)·d}. This is the default.
     *
     * @return an intervention that keeps the error for all of its edits
     */
    public Intervention keepError() {
        return new Intervention(model, attached, positions, true, edits);
    }

    /**
     * Drops the reconstruction error at the positions where edits apply: {@code decode(c')}.
     *
     * @return an intervention that drops the error for all of its edits
     */
    public Intervention dropError() {
        return new Intervention(model, attached, positions, false, edits);
    }

    /**
     * Adds an edit.
     *
     * @param edit the edit
     * @return an intervention with the edit appended
     * @throws InvalidInputException when the latent's index is out of range
     */
    public Intervention edit(FeatureEdit edit) {
        attached.require(edit.latent());
        List<PlacedEdit> extended = new ArrayList<>(edits);
        extended.add(new PlacedEdit(attached, edit, positions));
        return new Intervention(model, attached, positions, keepsError, List.copyOf(extended));
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

    /** Limits a code to a maximum, see {@link FeatureEdit.Cap}. */
    public Intervention cap(int latent, double maximum) {
        return edit(new FeatureEdit.Cap(latent, maximum));
    }

    /** Adds a latent's direction, see {@link FeatureEdit.Steer}. */
    public Intervention steer(int latent, double strength) {
        return edit(new FeatureEdit.Steer(latent, strength));
    }

    /** Replaces the component along a latent's direction, see {@link FeatureEdit.SteerOrthogonal}. */
    public Intervention steerOrthogonal(int latent, double strength) {
        return edit(new FeatureEdit.SteerOrthogonal(latent, strength));
    }

    /** Adds a latent's direction, with a limited norm of the change, see {@link FeatureEdit.SteerCapped}. */
    public Intervention steerCapped(int latent, double strength, double share) {
        return edit(new FeatureEdit.SteerCapped(latent, strength, share));
    }

    /** Returns the same edits with the number of the last edit replaced. */
    Intervention withDose(double dose) {
        requireEdits();
        PlacedEdit last = edits.get(edits.size() - 1);
        List<PlacedEdit> changed = new ArrayList<>(edits);
        changed.set(
                edits.size() - 1, new PlacedEdit(last.attached(), last.edit().withDose(dose), last.positions()));
        return new Intervention(model, attached, positions, keepsError, List.copyOf(changed));
    }

    /**
     * Applies the edits to every forward pass of the model on this thread, until the returned scope is closed.
     *
     * @return the scope that removes the edits when closed
     * @throws InvalidInputException when the intervention has no edits
     */
    public HookScope open() {
        return open((point, x, change) -> {});
    }

    private HookScope open(SiteEditor.ChangeListener listener) {
        requireEdits();
        HookBuilder hooks = model.hooks();
        Map<HookPoint, List<PlacedEdit>> bySite = new LinkedHashMap<>();
        edits.forEach(edit -> bySite.computeIfAbsent(edit.attached().sites().written(), site -> new ArrayList<>())
                .add(edit));
        bySite.values().forEach(siteEdits -> {
            AttachedDictionary each = siteEdits.get(0).attached();
            new Splice(each.sites()).edit(hooks, new SiteEditor(each, siteEdits, keepsError, listener));
        });
        OptionalInt laterTokens = laterTokens();
        return (laterTokens.isPresent() ? hooks.incremental(laterTokens.getAsInt()) : hooks).open();
    }

    /** Returns the number of following tokens after which the edits of a position are final; empty if they always may change. */
    private OptionalInt laterTokens() {
        int largest = 0;
        for (PlacedEdit edit : edits) {
            OptionalInt ofPositions = edit.positions().laterTokens();
            if (ofPositions.isEmpty()) {
                return ofPositions;
            }
            int ofMask = edit.attached().mask().laterTokens();
            largest = Math.max(largest, Math.max(ofPositions.getAsInt(), ofMask));
        }
        return OptionalInt.of(largest);
    }

    /**
     * Runs a prompt without and with the edits. The beginning-of-sequence token is prepended if the dictionary's metadata request it and
     * the tokenizer has one.
     *
     * @param prompt the prompt
     * @return the effects of the edits; the caller closes it
     * @throws InvalidInputException when the prompt is empty or longer than the context, or the intervention has no edits
     */
    public InterventionResult run(String prompt) {
        return run(read(prompt));
    }

    /**
     * Runs token ids without and with the edits; no token is prepended. See {@link #run(String)}.
     *
     * @param tokens token ids, at most the model's context length
     * @return the effects of the edits; the caller closes it
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

    /** Runs a prompt with the edits and compares with its baseline logits, [position, V]. */
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
     * Samples continuations of a prompt without and with the edits, using the same random numbers.
     *
     * @param prompt the prompt, tokenized as in {@link #run(String)}
     * @param newTokens the number of tokens to generate
     * @param sampling the sampling options
     * @return both continuations
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
            return String.join("", model.tokenizer().texts(all).subList(prompt.length(), all.length));
        }
    }

    /**
     * Creates a dose-response series, in which each dose replaces the number of the last edit.
     *
     * @param doses at least one value for the last edit
     * @return the dose-response series
     * @throws InvalidInputException when there is no dose, or the last edit has no number to vary
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
            throw new InvalidInputException("the intervention has no edits, expected at least one, such as ablate(5)");
        }
    }

    /** Returns a description of the edits. */
    @Override
    public String toString() {
        return edits.stream().map(PlacedEdit::toString).collect(Collectors.joining("; "))
                + (keepsError ? "; reconstruction error kept" : "; reconstruction error dropped");
    }
}
