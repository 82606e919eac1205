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
import java.util.SplittableRandom;

/** Random codes with a dense table for test oracles. Some activations are 0 or negative, and some tokens are not counted. */
public final class RandomCodes {
    static final int LENGTH = 16;
    static final int VOCABULARY = 50;

    final int latents;
    final int contexts;
    final float[][] codes; // [positions, latents], 0 where inactive or not counted
    final boolean[] counted; // [positions]
    final long[] ids; // [positions]
    final long[] documents; // [positions]

    /** Creates codes: the last latent is dead, the first is always active, the second is constant, and values are rounded to have ties. */
    RandomCodes(int latents, int contexts, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        this.latents = latents;
        this.contexts = contexts;
        int positions = contexts * LENGTH;
        codes = new float[positions][latents];
        counted = new boolean[positions];
        ids = new long[positions];
        documents = new long[positions];
        for (int position = 0; position < positions; position++) {
            counted[position] = position % LENGTH != 0;
            ids[position] = counted[position] ? 1 + random.nextInt(VOCABULARY - 1) : 0;
            documents[position] = 3L * (position / 37);
            for (int latent = 0; latent < latents - 1 && counted[position]; latent++) {
                boolean active = latent == 0 || random.nextDouble() < 0.5 / latent;
                double size = -Math.log(1 - random.nextDouble()) * (1 + latent);
                float value = latent % 3 == 2 ? Math.max(1, Math.round(size)) : (float) size + 1e-6f;
                codes[position][latent] = active ? (latent == 1 ? 2.5f : value) : 0;
            }
        }
    }

    private RandomCodes(RandomCodes all, int contexts) {
        this.latents = all.latents;
        this.contexts = contexts;
        int positions = contexts * LENGTH;
        codes = Arrays.copyOf(all.codes, positions);
        counted = Arrays.copyOf(all.counted, positions);
        ids = Arrays.copyOf(all.ids, positions);
        documents = Arrays.copyOf(all.documents, positions);
    }

    int positions() {
        return codes.length;
    }

    long tokens() {
        long tokens = 0;
        for (boolean each : counted) {
            tokens += each ? 1 : 0;
        }
        return tokens;
    }

    /** Returns the codes of a range of contexts, including zeros, negative values and codes of special tokens. */
    CodedTokens batch(int first, int rows) {
        int base = first * LENGTH;
        int size = rows * LENGTH;
        long[] own = new long[size];
        long[] from = new long[size];
        int[] places = new int[size];
        boolean[] counts = new boolean[size];
        long[] offsets = new long[size];
        long[] indices = new long[size * latents];
        float[] values = new float[size * latents];
        int entries = 0;
        for (int i = 0; i < size; i++) {
            own[i] = ids[base + i];
            from[i] = documents[base + i];
            counts[i] = counted[base + i];
            offsets[i] = entries;
            for (int latent = latents - 1; latent >= 0; latent--) {
                float value = codes[base + i][latent];
                if (!counts[i]) {
                    indices[entries] = latent;
                    values[entries++] = 99;
                } else if (value > 0 || latent % 5 == 0) {
                    indices[entries] = latent;
                    values[entries++] = value > 0 ? value : latent % 2 == 0 ? -1 : 0;
                }
            }
        }
        return new CodedTokens(
                new TokenBatch(rows, LENGTH, own, from, places),
                counts,
                offsets,
                Arrays.copyOf(indices, entries),
                Arrays.copyOf(values, entries));
    }

    /** Writes a small store. */
    public static void write(Path folder) throws IOException {
        new RandomCodes(8, 24, 9).store(folder, 8, 1 << 16, 4);
    }

    FeatureStore store(Path folder, int batch, long memory, int partners) throws IOException {
        StoreBuilder.Options options = new StoreBuilder.Options(
                memory, partners, new ExampleWindow(5, 3), Json.mapper().createObjectNode());
        AtomicFolder.write(folder, partial -> {
            try (StoreBuilder builder = new StoreBuilder(partial, latents, options)) {
                for (int first = 0; first < contexts; first += batch) {
                    builder.add(batch(first, Math.min(batch, contexts - first)));
                }
                builder.finish(
                        hash -> provenance(builder, hash), vocabulary(), new TextRules(true, false, new BitSet()));
            }
        });
        return FeatureStore.open(folder);
    }

    static VocabularyBytes vocabulary() {
        return new VocabularyBytes(VOCABULARY, id -> (" t" + id + "é").getBytes(StandardCharsets.UTF_8));
    }

    /** Returns the same codes of fewer contexts. */
    RandomCodes first(int some) {
        return new RandomCodes(this, some);
    }

    static Provenance provenance(CodeRecorder builder, String hash) {
        return Provenance.of(
                        ModelProvenance.of("random", "float32").withHash("m"),
                        List.of("blocks.0.hook_resid_post"),
                        new TextProvenance(
                                "noise",
                                "all documents",
                                hash,
                                LENGTH,
                                false,
                                true,
                                builder.contexts(),
                                builder.tokens()))
                .withVersion("test")
                .withParent(new ParentArtifact(ParentArtifact.DICTIONARY, "random", "d"));
    }
}
