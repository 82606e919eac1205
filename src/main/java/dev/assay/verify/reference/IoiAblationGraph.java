package dev.assay.verify.reference;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.assay.InvalidInputException;
import dev.assay.attach.AttachedDictionary;
import dev.assay.checkpoint.Safetensors;
import dev.assay.intervene.patch.AblationGraph;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.tensor.Scope;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** The ablation graphs of a case of feature patching, of tied dictionaries after every block. */
final class IoiAblationGraph {
    private static final String FILE = "ablation_graph.safetensors";
    private static final double TOLERANCE = 1e-4;

    private IoiAblationGraph() {}

    /** Compares the graphs of a case that has them. */
    static void compare(CaseFolder folder, HookedTransformer model, Differences differences) throws IOException {
        if (!folder.has(FILE)) {
            return;
        }
        List<AttachedDictionary> dictionaries = new ArrayList<>();
        try (Safetensors data = Safetensors.open(folder.file(FILE));
                NDManager manager = TorchEngine.newManager(Device.cpu());
                Scope scope = Scope.open()) {
            for (int layer = 0; data.has("encoder_" + layer); layer++) {
                NDArray rows = IoiDictionary.unit(IoiGroup.matrix(data, manager, "encoder_" + layer));
                NDArray zero = manager.zeros(new Shape(rows.getShape().get(1)));
                HookPoint point = HookPoint.residPost(layer);
                dictionaries.add(AttachedDictionary.of(
                        model, IoiDictionary.create(rows, data.load(manager, "bias_" + layer), rows, zero, point)));
            }
            List<int[]> contexts = contexts(data, manager, model.config().vocabularySize());
            compare("all_positions", AblationGraph.options(dictionaries), contexts, data, manager, differences);
            if (data.has("one_position")) {
                int position = (int) data.load(manager, "position")
                        .toType(DataType.INT64, false)
                        .toLongArray()[0];
                compare(
                        "one_position",
                        AblationGraph.options(dictionaries).position(position),
                        contexts,
                        data,
                        manager,
                        differences);
            }
        } finally {
            dictionaries.forEach(each -> each.sae().close());
        }
    }

    private static List<int[]> contexts(Safetensors data, NDManager manager, int vocabulary) {
        NDArray ids = IoiGroup.matrix(data, manager, "input_ids");
        long[] flat = ids.toType(DataType.INT64, false).toLongArray();
        int length = (int) ids.getShape().get(1);
        List<int[]> contexts = new ArrayList<>();
        for (int first = 0; first < flat.length; first += length) {
            contexts.add(IoiGroup.row(data, flat, first, length, vocabulary));
        }
        return contexts;
    }

    private static void compare(
            String name,
            AblationGraph.Options options,
            List<int[]> contexts,
            Safetensors data,
            NDManager manager,
            Differences differences) {
        NDArray expected = data.load(manager, name); // [layers, latents, layers, latents]
        Shape shape = expected.getShape();
        InvalidInputException.require(
                shape.dimension() == 4 && shape.get(0) == shape.get(2) && shape.get(1) == shape.get(3),
                data.file() + ": tensor " + name + " has shape " + shape
                        + ", expected [layers, latents, layers, latents]");
        int layers = (int) shape.get(0);
        int latents = (int) shape.get(1);
        List<Integer> chosen = IntStream.range(0, latents).boxed().toList();
        AblationGraph graph =
                options.latents(Collections.nCopies(layers, chosen)).run(contexts);
        float[] entries = expected.toType(DataType.FLOAT32, false).toFloatArray();
        for (int entry = 0; entry < entries.length; entry++) {
            int j = entry % latents;
            int m = entry / latents % layers;
            int i = entry / latents / layers % latents;
            int l = entry / latents / layers / latents;
            differences.absolute("ablation_graph." + name, graph.effect(l, i, m, j), entries[entry], TOLERANCE);
        }
    }
}
