package dev.assay.audit.sample;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedSites;
import dev.assay.feature.store.FeatureStoreWriter;
import dev.assay.feature.store.WeightsHash;
import dev.assay.io.Json;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.provenance.ParentArtifact;
import dev.assay.provenance.TextProvenance;
import dev.assay.sae.Dictionary;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Autograd;
import dev.assay.tensor.Scope;
import dev.assay.text.TokenBatch;
import dev.assay.text.dialogue.DialogueFormat;
import dev.assay.text.dialogue.LabelledDialogue;
import dev.assay.text.dialogue.Role;
import dev.assay.text.dialogue.RoleSpans;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * One pass of a model over labelled documents. Any number of dictionaries and sites read the same activations; each is pooled by all
 * poolings, and one dictionary can write a feature store.
 *
 * <pre>{@code
 * AuditSample sample = AuditPass.of(model)
 *         .dictionary("sae", sae)
 *         .activations("raw", HookPoint.parse("blocks.1.hook_resid_post"))
 *         .pooling(Pooling.mean(), Pooling.last().at(Role.ASSISTANT))
 *         .run(DialogueFile.read(file));
 * }</pre>
 *
 * <p>Every document runs on its own. A document that is longer than the context of the model is divided into consecutive windows, each
 * starting with BOS if the tokenizer prepends it; tokens of earlier windows are not visible to later ones.
 */
public final class AuditPass {
    private static final int TOKENS = 4096; // per forward pass

    private final HookedTransformer model;
    private final Map<String, Reader> readers = new LinkedHashMap<>();
    private final List<Pooling> poolings = new ArrayList<>();
    private DialogueFormat format = DialogueFormat.standard();
    private boolean reconstructs;
    private StoreTarget store = new StoreTarget("", Path.of(""), "");
    private IntConsumer progress = documents -> {};

    /** Creates a source of the pass. */
    private interface Reader {
        PassSource open(List<Pooling> poolings, List<FeatureStoreWriter> stores, boolean reconstructs);
    }

    /** Where the store of a dictionary is written; the name is empty without a store. */
    private record StoreTarget(String dictionary, Path folder, String description) {}

    private final Map<String, AttachedSites> sites = new LinkedHashMap<>();
    private final Map<String, Dictionary> dictionaries = new LinkedHashMap<>();

    private AuditPass(HookedTransformer model) {
        this.model = model;
    }

    /**
     * Starts a pass without sources.
     *
     * @param model the model, with a tokenizer; the caller closes it
     * @return the pass
     */
    public static AuditPass of(HookedTransformer model) {
        return new AuditPass(model);
    }

    /**
     * Adds a dictionary at the site of its metadata. Tokens that its training left out do not count.
     *
     * @param name the name in the matrices of the sample
     * @param dictionary the dictionary; the caller closes it
     * @return this
     * @throws InvalidInputException if the name is in use, or the dictionary does not fit the model
     */
    public AuditPass dictionary(String name, Dictionary dictionary) {
        return dictionary(name, dictionary, AttachedSites.of(model, dictionary));
    }

    /**
     * Adds a dictionary at a site.
     *
     * @param name the name in the matrices of the sample
     * @param dictionary the dictionary; the caller closes it
     * @param point the site that is read
     * @return this
     * @throws InvalidInputException if the name is in use, or the dictionary does not fit the model
     */
    public AuditPass dictionary(String name, Dictionary dictionary, HookPoint point) {
        return dictionary(name, dictionary, AttachedSites.of(model, dictionary, point));
    }

    private AuditPass dictionary(String name, Dictionary dictionary, AttachedSites at) {
        add(
                name,
                (pooled, stores, reconstruction) ->
                        new PooledDictionary(name, dictionary, at, pooled, stores, reconstruction));
        sites.put(name, at);
        dictionaries.put(name, dictionary);
        return this;
    }

    /**
     * Adds the activations of a site.
     *
     * @param name the name in the matrices of the sample
     * @param point the site
     * @return this
     * @throws InvalidInputException if the name is in use, or the model lacks the site
     */
    public AuditPass activations(String name, HookPoint point) {
        int width = model.width(point);
        add(name, (pooled, stores, reconstruction) -> new PooledSite(name, point, width, pooled));
        return this;
    }

    private void add(String name, Reader reader) {
        InvalidInputException.require(
                !name.isEmpty() && readers.putIfAbsent(name, reader) == null,
                () -> "the source name \"" + name + "\" is " + (name.isEmpty() ? "empty" : "in use already")
                        + ", expected a different name for each source");
    }

    /**
     * Adds poolings. Without any, the mean over the texts of all turns is computed.
     *
     * @param more rules
     * @return this
     */
    public AuditPass pooling(Pooling... more) {
        for (Pooling pooling : more) {
            if (!poolings.contains(pooling)) {
                poolings.add(pooling);
            }
        }
        return this;
    }

    /**
     * Sets the markers around turns.
     *
     * @param other the format; default {@link DialogueFormat#standard()}
     * @return this
     */
    public AuditPass format(DialogueFormat other) {
        this.format = other;
        return this;
    }

    /**
     * Computes the fraction of variance unexplained of each dictionary, which decodes all tokens.
     *
     * @return this
     */
    public AuditPass reconstruction() {
        this.reconstructs = true;
        return this;
    }

    /**
     * Writes the feature store of a dictionary in the same pass. Each window of a document is one context; shorter windows are padded with a
     * special token, which is not part of the statistics. Document numbers of the store are rows of the sample; its note lists ids and labels.
     *
     * @param dictionary the name of a dictionary of this pass
     * @param folder the folder of the store
     * @param description the text for the provenance, such as the name of the file
     * @return this
     * @throws InvalidInputException if there is no such dictionary
     */
    public AuditPass store(String dictionary, Path folder, String description) {
        InvalidInputException.require(
                dictionaries.containsKey(dictionary),
                () -> "the pass has no dictionary \"" + dictionary + "\", expected one of "
                        + String.join(", ", dictionaries.keySet()));
        this.store = new StoreTarget(dictionary, folder, description);
        return this;
    }

    /**
     * Sets a progress listener.
     *
     * @param listener called after each forward pass with the number of documents that are complete
     * @return this
     */
    public AuditPass progress(IntConsumer listener) {
        this.progress = listener;
        return this;
    }

    /**
     * Runs the model once over all documents.
     *
     * @param documents at least one document
     * @return the documents with a matrix for each source and pooling, see {@link AuditSample#name}
     * @throws IOException if a store cannot be written
     * @throws InvalidInputException without documents or sources
     */
    public AuditSample run(List<LabelledDialogue> documents) throws IOException {
        AuditSample sample = AuditSample.of(documents);
        InvalidInputException.require(
                !readers.isEmpty(), "the pass has no source, expected at least one dictionary or site");
        List<PassBatch.Window> windows = windows(documents);
        if (store.dictionary.isEmpty()) {
            return pass(sample, windows, List.of(), 0);
        }
        int width = Math.max(
                1,
                windows.stream().mapToInt(window -> window.ids().length).max().orElse(1));
        Dictionary stored = dictionaries.get(store.dictionary);
        TextProvenance text = TextProvenance.of(
                store.description,
                "documents in separate contexts",
                width,
                model.tokenizer().prependsBos(),
                true);
        List<AuditSample> result = new ArrayList<>();
        FeatureStoreWriter.write(
                store.folder,
                sites.get(store.dictionary),
                stored.dSae(),
                origin(stored),
                text,
                note(documents),
                writer -> result.add(pass(sample, windows, List.of(writer), width)));
        return result.get(0);
    }

    private ParentArtifact origin(Dictionary stored) {
        return stored instanceof SparseAutoencoder sae
                ? WeightsHash.artifact(sae)
                : new ParentArtifact(ParentArtifact.DICTIONARY, store.dictionary, "");
    }

    private static ObjectNode note(List<LabelledDialogue> documents) {
        ObjectNode note = Json.mapper().createObjectNode();
        ArrayNode ids = note.putArray("document_ids");
        ArrayNode labels = note.putArray("document_labels");
        documents.forEach(document -> {
            ids.add(document.id());
            labels.add(document.label());
        });
        return note;
    }

    private AuditSample pass(
            AuditSample sample, List<PassBatch.Window> windows, List<FeatureStoreWriter> stores, int width)
            throws IOException {
        List<Pooling> rules = poolings.isEmpty() ? List.of(Pooling.mean()) : List.copyOf(poolings);
        List<PassSource> sources = new ArrayList<>();
        readers.forEach((name, reader) ->
                sources.add(reader.open(rules, name.equals(store.dictionary) ? stores : List.of(), reconstructs)));
        Set<HookPoint> points = new LinkedHashSet<>();
        sources.forEach(source -> points.addAll(source.points()));
        HookPoint[] read = points.toArray(HookPoint[]::new);
        for (PassBatch batch : batches(windows, width)) {
            TokenBatch contexts = batch.contexts();
            try (Autograd off = Autograd.off();
                    Scope scope = Scope.open();
                    ActivationCache cache = model.cache(contexts.toArray(model.manager()), read)) {
                for (PassSource source : sources) {
                    source.accept(batch, contexts, cache);
                }
            }
            PassBatch.Window last = batch.rows().get(batch.rows().size() - 1);
            progress.accept(last.document() + (last.last() ? 1 : 0));
        }
        AuditSample result = sample;
        for (PassSource source : sources) {
            result = source.addTo(result);
        }
        return result;
    }

    /** Divides windows into forward passes, in order; a width of 0 stands for that of the longest window of the pass. */
    private List<PassBatch> batches(List<PassBatch.Window> windows, int width) {
        List<PassBatch> batches = new ArrayList<>();
        List<PassBatch.Window> rows = new ArrayList<>();
        int longest = Math.max(1, width);
        for (PassBatch.Window window : windows) {
            int wider = Math.max(longest, window.ids().length);
            if (!rows.isEmpty() && (rows.size() + 1) * wider > TOKENS) {
                batches.add(new PassBatch(List.copyOf(rows), longest, filler()));
                rows.clear();
                wider = Math.max(Math.max(1, width), window.ids().length);
            }
            rows.add(window);
            longest = wider;
        }
        batches.add(new PassBatch(List.copyOf(rows), longest, filler()));
        return batches;
    }

    /** Returns the id of padding: a special token, so that stores leave it out of texts. */
    private int filler() {
        Tokenizer tokenizer = model.tokenizer();
        int special = tokenizer.eosId() >= 0 ? tokenizer.eosId() : tokenizer.bosId();
        return Math.max(0, special);
    }

    private List<PassBatch.Window> windows(List<LabelledDialogue> documents) {
        int most = model.config().contextLength();
        List<PassBatch.Window> windows = new ArrayList<>();
        for (int document = 0; document < documents.size(); document++) {
            RoleSpans spans = format.encode(documents.get(document).dialogue(), model.tokenizer());
            Role[] roles = spans.roles();
            int bos = model.tokenizer().prependsBos() ? 1 : 0;
            int start = 0;
            do {
                boolean repeats = bos == 1 && start > 0;
                int end = Math.min(spans.length(), start + most - (repeats ? 1 : 0));
                int[] ids = Arrays.copyOfRange(spans.ids(), start, end);
                Role[] of = Arrays.copyOfRange(roles, start, end);
                windows.add(new PassBatch.Window(
                        document,
                        start - (repeats ? 1 : 0),
                        repeats ? prepended(ids) : ids,
                        repeats ? prepended(of) : of,
                        end == spans.length()));
                start = end;
            } while (start < spans.length());
        }
        return windows;
    }

    private int[] prepended(int[] ids) {
        int[] longer = new int[ids.length + 1];
        longer[0] = model.tokenizer().bosId();
        System.arraycopy(ids, 0, longer, 1, ids.length);
        return longer;
    }

    private static Role[] prepended(Role[] roles) {
        Role[] longer = new Role[roles.length + 1];
        longer[0] = Role.NONE;
        System.arraycopy(roles, 0, longer, 1, roles.length);
        return longer;
    }
}
