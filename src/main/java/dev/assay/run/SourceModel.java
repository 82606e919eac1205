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
import dev.assay.text.document.TextSource;
import dev.assay.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A model whose activations are read, with the tokenizer of its text: a Hugging Face model or an exported graph. */
public interface SourceModel extends AutoCloseable {
    /** {@return the tokenizer, closed with the model} */
    Tokenizer tokenizer();

    /**
     * Returns the activations at the sites that the model was opened for.
     *
     * @param corpus the text
     * @return the source
     */
    ModelActivationSource source(Corpus corpus);

    /** {@return the SHA-256 of the configuration, the loaded weights and the precision, or of the exported file, in hexadecimal} */
    default String hash() {
        Corpus noText = Corpus.of(tokenizer(), TextSource.of(List.of()))
                .contextLength(2)
                .build();
        return source(noText).modelHash();
    }

    @Override
    void close();

    /**
     * Returns whether a model is an exported graph.
     *
     * @param model the name or file of the model
     * @return true for a TorchScript or ONNX file
     */
    static boolean isExported(String model) {
        return (model.endsWith(".pt") || model.endsWith(".onnx")) && !Files.isDirectory(Path.of(model));
    }

    /**
     * Opens the model of a run. Of a Hugging Face model, only the weights that the sites depend on are read.
     *
     * @param run the description of the model
     * @param hooks the names of the sites
     * @param device the device of the model
     * @return the model, to be closed
     * @throws IOException if a file cannot be read
     */
    static SourceModel open(RunDescription run, List<String> hooks, Device device) throws IOException {
        return isExported(run.model()) ? exported(run, hooks, device) : hooked(run, hooks, device);
    }

    /**
     * Loads the whole model of a run.
     *
     * @param run the description of the model
     * @param device the device of the model
     * @return the model, to be closed
     * @throws IOException if a file cannot be read
     * @throws InvalidInputException if the model is an exported graph
     */
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
            throw new InvalidInputException("a tokenizer was given with " + run.model()
                    + ", which has its own; expected one with a .pt or .onnx file only (--tokenizer)");
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
            throw new InvalidInputException(run.model()
                    + " has the precision it was exported with, expected no --precision " + run.precision());
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

    /**
     * A Hugging Face model, or its first blocks.
     *
     * @param model the model
     * @param points the sites that are read
     */
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

    /**
     * An exported graph.
     *
     * @param model the graph
     * @param tokenizer the tokenizer of its text
     * @param sites the names of the activations that are read
     */
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
