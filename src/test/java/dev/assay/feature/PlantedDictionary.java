package dev.assay.feature;

import ai.djl.ndarray.types.Shape;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.sae.SaeMetadata;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.Standard;
import dev.assay.sae.Weights;
import dev.assay.text.Corpus;
import dev.assay.text.Split;
import dev.assay.text.TokenBatch;
import dev.assay.text.story.StoryCorpus;
import java.io.IOException;
import java.util.Arrays;

/**
 * A dictionary of token embeddings with known features. Each feature detects tokens by identity, so the activations on every token are known
 * without a model.
 *
 * <pre>
 * latent  active on       writes
 * 0       DOG             a direction that increases the logit of PLAYED
 * 1       DOG and CAT     a random direction
 * 2       CAT             three times the direction of latent 0
 * 3       DOG             the negated direction of latent 0; half the activation
 * 4       nothing         a random direction
 * 5       CAT             the embedding of CAT, scaled so that its contribution equals the embedding
 * </pre>
 */
public final class PlantedDictionary implements AutoCloseable {
    public static final String DOG = " dog";
    static final String CAT = " cat";
    public static final String PLAYED = " played";
    static final int LATENTS = 6;
    static final int LENGTH = 64;
    public static final HookPoint SITE = HookPoint.embed();

    public final HookedTransformer model = HookedTransformer.load("assay/stories");
    public final int width = model.config().dModel();
    public final int dog = token(DOG);
    public final int cat = token(CAT);
    final int played = token(PLAYED);
    public final Corpus corpus;
    public final SparseAutoencoder sae;
    /** The activation of each latent on each token, in float64. */
    public final double[][] activations = new double[LATENTS][];

    private final double[][] embedding; // [V, d]

    public PlantedDictionary() throws IOException {
        corpus = Corpus.of(model.tokenizer(), StoryCorpus.of(5, 300))
                .contextLength(LENGTH)
                .prependBos(true)
                .build();
        embedding = embeddings();
        float[][] encoder = new float[LATENTS][];
        float[] bias = new float[LATENTS];
        int[][] detected = {{dog}, {dog, cat}, {cat}, {dog}, {}, {cat}};
        for (int latent = 0; latent < LATENTS; latent++) {
            plant(latent, encoder, bias, latent == 3 ? 0.5 : 1, detected[latent]);
        }
        float[] decoder = new float[LATENTS * width];
        float[] unembedding = model.unembedding().toFloatArray();
        float[] weight = model.finalNormWeight().toFloatArray();
        for (int i = 0; i < width; i++) {
            decoder[i] = 20 * weight[i] * unembedding[played * width + i];
            decoder[width + i] = (float) Math.sin(3 * i + 1);
            decoder[2 * width + i] = 3 * decoder[i];
            decoder[3 * width + i] = -decoder[i];
            decoder[4 * width + i] = (float) Math.sin(7 * i + 2);
            decoder[5 * width + i] = (float) (embedding[cat][i] / activations[5][cat]);
        }
        float[] rows = new float[LATENTS * width];
        for (int latent = 0; latent < LATENTS; latent++) {
            System.arraycopy(encoder[latent], 0, rows, latent * width, width);
        }
        Shape shape = new Shape(LATENTS, width);
        sae = SparseAutoencoder.builder()
                .architecture(new Standard())
                .weights(new Weights(
                        model.manager().create(rows, shape),
                        model.manager().create(bias),
                        model.manager().create(decoder, shape),
                        model.manager().zeros(new Shape(width))))
                .metadata(SaeMetadata.builder()
                        .modelName("assay/stories")
                        .hookName(SITE.name())
                        .prependBos(true)
                        .build())
                .build();
    }

    private int token(String text) {
        int[] ids = model.tokenizer().encode("a" + text);
        return ids[ids.length - 1];
    }

    private double[][] embeddings() {
        int vocabulary = model.config().vocabularySize();
        double[][] rows = new double[vocabulary][width];
        for (int first = 0; first < vocabulary; first += LENGTH) {
            long[] ids = new long[Math.min(LENGTH, vocabulary - first)];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = first + i;
            }
            float[] values = model.runTo(SITE, model.manager().create(ids, new Shape(1, ids.length)))
                    .toFloatArray();
            for (int i = 0; i < values.length; i++) {
                rows[first + i / width][i % width] = values[i];
            }
        }
        return rows;
    }

    /**
     * Sets the encoder of a latent to the minimum-norm vector with product 1 with the embedding of each detected token. The threshold is
     * halfway between 1 and the largest product with any other token.
     */
    private void plant(int latent, float[][] encoder, float[] bias, double scale, int... detected) {
        double[] direction = new double[width];
        if (detected.length == 1) {
            add(direction, embedding[detected[0]], 1 / dot(embedding[detected[0]], embedding[detected[0]]));
        } else if (detected.length == 2) {
            double aa = dot(embedding[detected[0]], embedding[detected[0]]);
            double ab = dot(embedding[detected[0]], embedding[detected[1]]);
            double bb = dot(embedding[detected[1]], embedding[detected[1]]);
            double determinant = aa * bb - ab * ab;
            add(direction, embedding[detected[0]], (bb - ab) / determinant);
            add(direction, embedding[detected[1]], (aa - ab) / determinant);
        }
        double largest = Double.NEGATIVE_INFINITY;
        for (int id = 0; id < embedding.length; id++) {
            int token = id;
            if (Arrays.stream(detected).noneMatch(one -> one == token)) {
                largest = Math.max(largest, dot(direction, embedding[id]));
            }
        }
        double threshold = (1 + largest) / 2;
        if (threshold >= 0.99) {
            throw new IllegalStateException("the tokens of latent " + latent + " cannot be told from others");
        }
        encoder[latent] = new float[width];
        for (int i = 0; i < width; i++) {
            encoder[latent][i] = (float) (scale * direction[i]);
        }
        bias[latent] = detected.length == 0 ? -1e6f : (float) (-scale * threshold);
        activations[latent] = new double[embedding.length];
        for (int id = 0; id < embedding.length && detected.length > 0; id++) {
            activations[latent][id] = Math.max(0, scale * (dot(direction, embedding[id]) - threshold));
        }
    }

    private static void add(double[] sum, double[] vector, double factor) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += factor * vector[i];
        }
    }

    private static double dot(double[] a, double[] b) {
        double dot = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
        }
        return dot;
    }

    /** Returns the count of each token id in the corpus, up to the context that reaches {@code tokens} non-special tokens. */
    public long[] counts(long tokens) throws IOException {
        long[] counts = new long[embedding.length];
        try (var reader = corpus.read(Split.ALL)) {
            long read = 0;
            while (read < tokens) {
                TokenBatch batch = reader.next(1);
                for (long id : batch.ids()) {
                    boolean special = model.tokenizer().isSpecial((int) id);
                    counts[(int) id] += special ? 0 : 1;
                    read += special ? 0 : 1;
                }
            }
        }
        return counts;
    }

    @Override
    public void close() {
        sae.close();
        model.close();
    }
}
