package dev.assay.feature.store;

import dev.assay.io.AtomicFolder;
import dev.assay.io.Json;
import dev.assay.provenance.ModelProvenance;
import dev.assay.provenance.ParentArtifact;
import dev.assay.provenance.Provenance;
import dev.assay.provenance.TextProvenance;
import dev.assay.text.TokenBatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntFunction;

/**
 * A feature store with given tokens, documents and activations, without a model.
 *
 * @param contextLength the number of tokens of a context
 * @param ids the token ids of whole contexts
 * @param documents the document of each token
 * @param vocabulary the number of token ids
 * @param text the text of a token id
 * @param special the special tokens
 */
public record SyntheticStore(
        int contextLength, long[] ids, long[] documents, int vocabulary, IntFunction<String> text, BitSet special) {
    /** The activations of latents. */
    @FunctionalInterface
    public interface Codes {
        /** Returns the activation of a latent at a position, 0 where silent. */
        float at(int latent, int position);
    }

    /** Writes and opens the store. */
    public FeatureStore write(Path folder, int latents, Codes codes) throws IOException {
        int contexts = ids.length / contextLength;
        StoreBuilder.Options options = new StoreBuilder.Options(
                1 << 24, 4, ExampleWindow.DEFAULT, Json.mapper().createObjectNode());
        AtomicFolder.write(folder, partial -> {
            try (StoreBuilder builder = new StoreBuilder(partial, latents, options)) {
                for (int context = 0; context < contexts; context++) {
                    builder.add(batch(context, latents, codes));
                }
                builder.finish(
                        hash -> provenance(builder, hash),
                        new VocabularyBytes(vocabulary, id -> text.apply(id).getBytes(StandardCharsets.UTF_8)),
                        new TextRules(true, false, special));
            }
        });
        return FeatureStore.open(folder);
    }

    private CodedTokens batch(int context, int latents, Codes codes) {
        int base = context * contextLength;
        boolean[] counted = new boolean[contextLength];
        long[] offsets = new long[contextLength];
        long[] indices = new long[contextLength * latents];
        float[] values = new float[contextLength * latents];
        int entries = 0;
        for (int i = 0; i < contextLength; i++) {
            counted[i] = !special.get((int) ids[base + i]);
            offsets[i] = entries;
            for (int latent = 0; latent < latents && counted[i]; latent++) {
                float value = codes.at(latent, base + i);
                if (value > 0) {
                    indices[entries] = latent;
                    values[entries++] = value;
                }
            }
        }
        TokenBatch tokens = new TokenBatch(
                1,
                contextLength,
                Arrays.copyOfRange(ids, base, base + contextLength),
                Arrays.copyOfRange(documents, base, base + contextLength),
                new int[contextLength]);
        return new CodedTokens(
                tokens, counted, offsets, Arrays.copyOf(indices, entries), Arrays.copyOf(values, entries));
    }

    private Provenance provenance(StoreBuilder builder, String hash) {
        return Provenance.of(
                        ModelProvenance.of("synthetic", "float32").withHash("m"),
                        List.of("blocks.0.hook_resid_post"),
                        new TextProvenance(
                                "synthetic text",
                                "all documents",
                                hash,
                                contextLength,
                                false,
                                true,
                                builder.contexts(),
                                builder.tokens()))
                .withVersion("test")
                .withParent(new ParentArtifact(ParentArtifact.DICTIONARY, "synthetic", "d"));
    }
}
