package dev.assay.explain;

import dev.assay.feature.store.FeatureStore;
import dev.assay.feature.store.SyntheticStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.SplittableRandom;

/** Random tokens in documents of random lengths, packed into contexts that begin with a special token. */
public final class RandomText {
    static final int SPECIAL = 0;
    static final int VOCABULARY = 40;

    final int contextLength;
    public final long[] ids;
    final long[] documents;

    /** Creates documents of 1 to {@code 2 · meanLength − 1} tokens with ascending numbers that have gaps. */
    public RandomText(int contexts, int contextLength, int meanLength, long seed) {
        this.contextLength = contextLength;
        ids = new long[contexts * contextLength];
        documents = new long[ids.length];
        SplittableRandom random = new SplittableRandom(seed);
        long document = 0;
        int left = 0;
        for (int position = 0; position < ids.length; position++) {
            if (position % contextLength == 0) {
                ids[position] = SPECIAL;
                document += left == 0 ? 1 + random.nextInt(2) : 0;
                left = left == 0 ? 1 + random.nextInt(2 * meanLength - 1) : left;
                documents[position] = document;
                continue;
            }
            if (left == 0) {
                document += 1 + random.nextInt(2);
                left = 1 + random.nextInt(2 * meanLength - 1);
            }
            ids[position] = 1 + random.nextInt(VOCABULARY - 1);
            documents[position] = document;
            left--;
        }
    }

    public FeatureStore store(Path folder, int latents, SyntheticStore.Codes codes) throws IOException {
        BitSet special = new BitSet();
        special.set(SPECIAL);
        return new SyntheticStore(contextLength, ids, documents, VOCABULARY, id -> " w" + id, special)
                .write(folder, latents, codes);
    }

    /** Returns whether a latent of a frequency is active at a position, independently over positions and latents. */
    public static boolean active(int latent, int position, double frequency) {
        return Mixing.fraction(Mixing.of(77, latent, position)) < frequency;
    }

    /** Returns an activation with a gamma distribution of shape 2. */
    public static float gamma(int latent, int position) {
        double first = Mixing.fraction(Mixing.of(78, latent, position));
        double second = Mixing.fraction(Mixing.of(79, latent, position));
        return (float) (-Math.log1p(-first) - Math.log1p(-second)) + 1e-3f;
    }
}
