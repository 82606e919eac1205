package dev.assay.explain.judge;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.explain.measure.ActivationLevels;
import dev.assay.io.Json;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.ActivationCache;
import dev.assay.model.hook.HookPoint;
import dev.assay.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Computes the few-shot examples of prompts: the activations of neurons of the embedded model. {@code main} writes their file. */
final class FewShotRecorder {
    static final Path FILE = Path.of("src/main/resources/dev/assay/explain/judge/few-shots.json");

    private static final String MODEL = "assay/stories";
    private static final List<Neuron> NEURONS = List.of(
            new Neuron(
                    1,
                    475,
                    "forms of the verb \"to see\"",
                    "Mia walked to the river and saw a small frog.",
                    "Tom sees the red kite, but he does not have it.",
                    "Ben found a ball. Then he saw a dog near the door."),
            new Neuron(
                    0,
                    79,
                    "punctuation marks that end a sentence, and the word \"Then\" after them",
                    "Kim had a blue drum. Then Ben came to the school.",
                    "\"I like the bird,\" said Anna. She was very glad.",
                    "Hugo has three boats (and a kite). The day is warm."),
            new Neuron(
                    1,
                    236,
                    "forms of the verb \"to do\" within a sentence",
                    "\"Did you see the white bird?\" asked Tom. Anna did not see it.",
                    "Ben has three flowers, but Kim does not have a ball.",
                    "The dog ran to the castle. \"I do not want to go,\" said Mia."));

    private FewShotRecorder() {}

    /** A neuron, its description and sentences. */
    private record Neuron(int block, int index, String description, String... sentences) {}

    /** Returns the content of the file. */
    static ObjectNode record() throws IOException {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("model", MODEL);
        ArrayNode features = json.putArray("features");
        try (HookedTransformer model = HookedTransformer.load(MODEL)) {
            for (Neuron neuron : NEURONS) {
                ObjectNode feature = features.addObject();
                feature.put("site", HookPoint.mlpPost(neuron.block()).name());
                feature.put("neuron", neuron.index());
                feature.put("description", neuron.description());
                List<double[]> activations = new ArrayList<>();
                for (String sentence : neuron.sentences()) {
                    activations.add(activations(model, neuron, sentence));
                }
                double maximum = ActivationLevels.maximum(activations);
                ArrayNode records = feature.putArray("records");
                for (int i = 0; i < activations.size(); i++) {
                    int[] ids = model.tokenizer().encode(neuron.sentences()[i]);
                    ObjectNode record = records.addObject();
                    model.tokenizer().texts(ids).forEach(record.putArray("tokens")::add);
                    ArrayNode levels = record.putArray("levels");
                    Arrays.stream(ActivationLevels.roundedDown(activations.get(i), maximum))
                            .forEach(levels::add);
                }
            }
        }
        return json;
    }

    private static double[] activations(HookedTransformer model, Neuron neuron, String sentence) {
        HookPoint site = HookPoint.mlpPost(neuron.block());
        try (Scope scope = Scope.open()) {
            NDArray tokens = model.tokens(sentence);
            try (ActivationCache cache = model.cache(tokens, site)) {
                float[] all = cache.get(site).toFloatArray();
                int width = model.width(site);
                double[] activations = new double[(int) tokens.size()];
                for (int i = 0; i < activations.length; i++) {
                    activations[i] = all[i * width + neuron.index()];
                }
                return activations;
            }
        }
    }

    /** Writes the file. */
    public static void main(String[] arguments) throws IOException {
        Files.createDirectories(FILE.getParent());
        Files.writeString(FILE, Json.pretty(record()));
    }
}
