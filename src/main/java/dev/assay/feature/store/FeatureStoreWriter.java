package dev.assay.feature.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedSites;
import dev.assay.io.AtomicFolder;
import dev.assay.io.IoConsumer;
import dev.assay.model.HookedTransformer;
import dev.assay.provenance.ModelProvenance;
import dev.assay.provenance.ParentArtifact;
import dev.assay.provenance.Provenance;
import dev.assay.provenance.TextProvenance;
import dev.assay.sae.Sites;
import dev.assay.sae.SparseCodes;
import dev.assay.text.TokenBatch;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Writes a {@link FeatureStore} from the codes of a pass that another class runs, which can compute more from the same activations.
 * {@link FeatureCollector} runs the pass itself.
 */
public final class FeatureStoreWriter {
    private static final long MEMORY = 1L << 28;
    private static final int PARTNERS = 32;

    private final CodeRecorder recorder;

    FeatureStoreWriter(CodeRecorder recorder) {
        this.recorder = recorder;
    }

    /**
     * Runs a pass and writes its codes. If the pass fails or is killed, an existing store stays unchanged.
     *
     * @param folder the folder of the store: absent, empty, or an existing store, which is replaced when the new one is complete
     * @param sites the sites of the dictionary in the model, whose tokenizer is stored
     * @param latents the number of latents, d_sae
     * @param origin the description of the dictionary for the provenance
     * @param text the description of the text; hash and numbers are replaced by those of the pass
     * @param note JSON for the manifest
     * @param pass calls {@link #add} with all contexts in order
     * @return the store
     * @throws IOException if writing fails
     * @throws InvalidInputException if the folder contains other files, or no token is counted
     */
    public static FeatureStore write(
            Path folder,
            AttachedSites sites,
            int latents,
            ParentArtifact origin,
            TextProvenance text,
            ObjectNode note,
            IoConsumer<FeatureStoreWriter> pass)
            throws IOException {
        StoreFiles.requireUsable(folder);
        StoreBuilder.Options options =
                new StoreBuilder.Options(MEMORY, PARTNERS, ExampleWindow.DEFAULT, note.deepCopy());
        Tokenizer tokenizer = sites.model().tokenizer();
        AtomicFolder.write(folder, target -> write(target, sites, latents, options, tokenizer, origin, text, pass));
        return FeatureStore.open(folder);
    }

    /** Runs a pass and writes its codes to a new folder. */
    static void write(
            Path target,
            AttachedSites sites,
            int latents,
            StoreBuilder.Options options,
            Tokenizer tokenizer,
            ParentArtifact origin,
            TextProvenance text,
            IoConsumer<FeatureStoreWriter> pass)
            throws IOException {
        try (StoreBuilder builder = new StoreBuilder(target, latents, options)) {
            pass.accept(new FeatureStoreWriter(builder));
            builder.requireTokens(text);
            builder.finish(
                    hash -> provenance(sites, origin, builder.text(text, hash)),
                    new VocabularyBytes(tokenizer.vocabularySize(), tokenizer::bytes),
                    TextRules.of(tokenizer));
        }
    }

    /** Returns the provenance of a pass over a text. */
    static Provenance provenance(AttachedSites sites, ParentArtifact origin, TextProvenance text) {
        HookedTransformer model = sites.model();
        ModelProvenance of =
                ModelProvenance.of(model.name(), model.precision().toString()).withHash(WeightsHash.of(model));
        Sites at = sites.sites();
        return Provenance.of(of, at.readNames(), text)
                .withSites(at.readNames(), at.writeNames())
                .withParent(origin);
    }

    /**
     * Adds contexts of the context length of the text. Codes that are not above 0 are not stored.
     *
     * @param contexts the tokens
     * @param counted whether each token is part of the statistics, [tokens]; not for special tokens and padding
     * @param codes the codes, one row per token
     * @throws IOException if writing fails
     * @throws InvalidInputException if a code is not finite
     */
    public void add(TokenBatch contexts, boolean[] counted, SparseCodes codes) throws IOException {
        recorder.add(new CodedTokens(
                contexts,
                counted,
                codes.offsets().toLongArray(),
                codes.indices().toLongArray(),
                codes.values().toFloatArray()));
    }

    /** Returns the number of counted tokens so far. */
    long tokens() {
        return recorder.tokens();
    }
}
