package dev.assay.run;

import ai.djl.Device;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ModelActivationSource;
import dev.assay.activation.exported.ExportedModel;
import dev.assay.activation.exported.OnnxModel;
import dev.assay.activation.exported.TorchScriptModel;
import dev.assay.model.HookedTransformer;
import dev.assay.model.config.Precision;
import dev.assay.model.hook.HookPoint;
import dev.assay.text.Corpus;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A model whose activations a command takes, of whichever kind, with the tokenizer of its text. */
public interface SourceModel extends AutoCloseable {
    /** Returns what makes tokens of text; closed with the model. */
    Tokenizer tokenizer();

    /** Returns the activations of a text at the sites that the model was opened for. */
    ModelActivationSource source(Corpus corpus);

    @Override
    void close();

    /** Tells whether a model is a graph that another program exported. */
    static boolean isExported(String model) {
        return (model.endsWith(".pt") || model.endsWith(".onnx")) && !Files.isDirectory(Path.of(model));
    }

    /**
     * Opens the model of a run; of a Hugging Face model only what the sites need is read.
     *
     * @param run names the model
     * @param hooks the sites, by name
     * @param device where it runs
     */
    static SourceModel open(RunDescription run, List<String> hooks, Device device) throws IOException {
        return isExported(run.model()) ? exported(run, hooks, device) : hooked(run, hooks, device);
    }

    /** Loads the whole model of a run, to be edited. */
    static HookedTransformer whole(RunDescription run, Device device) throws IOException {
        if (isExported(run.model())) {
            throw new InvalidInputException(
                    run.model() + " is an exported model, which cannot be edited or taken apart;"
                            + " name the Hugging Face folder it was made from with --model");
        }
        return HookedTransformer.loader()
                .device(device)
                .precision(run.precision())
                .load(run.model());
    }

    private static SourceModel hooked(RunDescription run, List<String> hooks, Device device) throws IOException {
        if (run.tokenizer() != null) {
            throw new InvalidInputException("--tokenizer was given beside " + run.model()
                    + ", which has its own; expected it with a .pt or .onnx file only");
        }
        HookPoint[] points = hooks.stream().map(HookPoint::parse).toArray(HookPoint[]::new);
        return new Hooked(
                HookedTransformer.loader()
                        .device(device)
                        .precision(run.precision())
                        .upTo(points)
                        .load(run.model()),
                List.of(points));
    }

    private static SourceModel exported(RunDescription run, List<String> hooks, Device device) throws IOException {
        if (run.tokenizer() == null) {
            throw new InvalidInputException(
                    run.model() + " has no tokenizer, expected --tokenizer DIR with that of its text");
        }
        if (run.precision() != Precision.FLOAT32) {
            throw new InvalidInputException(run.model() + " computes as it was exported, expected no --precision "
                    + run.precision() + " beside it");
        }
        Path file = Path.of(run.model());
        Tokenizer tokenizer = Tokenizer.load(Path.of(run.tokenizer()));
        try {
            ExportedModel model =
                    run.model().endsWith(".pt") ? TorchScriptModel.load(file, device) : OnnxModel.load(file, device);
            return new Exported(model, tokenizer, hooks);
        } catch (IOException | RuntimeException failure) {
            tokenizer.close();
            throw failure;
        }
    }

    /** A Hugging Face model, or the first part of it. */
    record Hooked(HookedTransformer model, List<HookPoint> points) implements SourceModel {
        @Override
        public Tokenizer tokenizer() {
            return model.tokenizer();
        }

        @Override
        public ModelActivationSource source(Corpus corpus) {
            return ActivationSource.of(model, points, corpus);
        }

        @Override
        public void close() {
            model.close();
        }
    }

    /** A graph that another program exported. */
    record Exported(ExportedModel model, Tokenizer tokenizer, List<String> sites) implements SourceModel {
        @Override
        public ModelActivationSource source(Corpus corpus) {
            return ActivationSource.of(model, sites, corpus);
        }

        @Override
        public void close() {
            model.close();
            tokenizer.close();
        }
    }
}
