package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ModelActivationSource;
import dev.assay.activation.store.ActivationStore;
import dev.assay.model.HookedTransformer;
import dev.assay.model.hook.HookPoint;
import dev.assay.run.RunDescription;
import dev.assay.run.RunLayout;
import dev.assay.run.RunWriter;
import dev.assay.run.SourceModel;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.text.Corpus;
import dev.assay.text.tokenizer.Tokenizer;
import dev.assay.train.SaeTrainer;
import dev.assay.train.TrainerOption;
import dev.assay.train.TrainerOptions;
import dev.assay.train.plan.Target;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code assay train}: trains a dictionary on a model and text, or on stored activations. */
@Command(
        name = "train",
        description = {
            "Trains a dictionary on a model's activations and saves it as a SAELens folder.",
            "Rerun the same command to resume an interrupted run."
        },
        modelTransformer = TrainingOptions.class,
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class TrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private RunOptions runOptions;

    @Option(
            names = "--activations",
            paramLabel = "DIR",
            description = "stored activations of assay harvest, to train on instead of a model and text")
    private Path activations;

    @Option(
            names = "--hook",
            paramLabel = "SITE",
            description =
                    "the hook point, such as blocks.2.hook_resid_post, or an output of an exported model (default: the only"
                            + " site of --activations)")
    private String hook;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "folder of the run and its dictionary")
    private Path out;

    @Option(
            names = "--target",
            paramLabel = "SITE",
            description = "train a transcoder, which predicts the activations of this site from those of --hook")
    private String target;

    @Option(names = "--skip", description = "add a linear skip connection to the transcoder")
    private boolean skip;

    @Mixin
    private MethodOptions method;

    @Option(names = "--d-sae", paramLabel = "N", required = true, description = "the number of latents")
    private int dSae;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            required = true,
            description = "number of training activations; repeated passes count")
    private long tokens;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "" + SaeTrainer.DEFAULT_BATCH,
            description = "activations per step (default: ${DEFAULT-VALUE})")
    private int batch;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "seed of all randomness (default: ${DEFAULT-VALUE})")
    private long seed;

    @Mixin
    private DeviceOption deviceOption;

    @Override
    public Integer call() throws IOException {
        if (activations != null) {
            return trainOnActivations();
        }
        RunDescription run = runOptions.describe(hook == null ? null : List.of(hook), seed);
        TrainerOptions options = TrainingOptions.read(spec);
        if (HeldOut.isAsked(options)) {
            List<HookPoint> points = sites(hook).stream().map(HookPoint::parse).toList();
            try (HookedTransformer model = SourceModel.whole(run, deviceOption.device())) {
                RunDescription resolved = resolved(run, model.tokenizer());
                Corpus corpus = resolved.corpus(model.tokenizer());
                ModelActivationSource source = ActivationSource.of(model, points, corpus);
                SaeTrainer trainer = trainer(source, options);
                HeldOut.addTo(trainer, options, model, corpus);
                return train(resolved, trainer, source.usage()::summary);
            }
        }
        try (SourceModel model = SourceModel.open(run, sites(hook), deviceOption.device())) {
            RunDescription resolved = resolved(run, model.tokenizer());
            ModelActivationSource source = model.source(resolved.corpus(model.tokenizer()));
            return train(resolved, trainer(source, options), source.usage()::summary);
        }
    }

    /** Chooses whether contexts start with BOS, and prints it. */
    private RunDescription resolved(RunDescription run, Tokenizer tokenizer) throws IOException {
        RunDescription resolved = run.resolved(tokenizer, out);
        spec.commandLine().getOut().println(resolved.contexts(tokenizer));
        return resolved;
    }

    private int trainOnActivations() throws IOException {
        runOptions.rejectTogetherWith("--activations");
        ActivationStore store = ActivationStore.open(activations);
        if (hook == null && store.sites().size() > 1) {
            throw new InvalidInputException(activations + " has several sites, expected --hook with one of "
                    + String.join(", ", store.sites()));
        }
        String site = hook == null ? store.sites().get(0) : hook;
        ActivationSource source = store.source(sites(site)).seed(seed).device(deviceOption.device());
        TrainerOptions options = TrainingOptions.read(spec);
        InvalidInputException.require(
                !HeldOut.isAsked(options),
                "--evaluate-every is given with --activations, expected --model and --text: it evaluates the model's"
                        + " loss on held-out text");
        return train(RunDescription.of(store, List.of(site)), trainer(source, options), () -> "");
    }

    /** Returns the input site, followed by a transcoder's target site. */
    private List<String> sites(String input) {
        if (target == null && skip) {
            throw new InvalidInputException(
                    "--skip is given without --target, expected both: only a transcoder has a skip connection");
        }
        if (target != null && target.equals(input)) {
            throw new InvalidInputException("--target is the same site as --hook, expected a different site");
        }
        return target == null ? List.of(input) : List.of(input, target);
    }

    private int train(RunDescription run, SaeTrainer trainer, Supplier<String> files) throws IOException {
        long start = System.nanoTime();
        trainer.plan(); // validates every option before the folder is changed
        return InterruptibleTraining.run(out, spec.commandLine().getErr(), (stop, notice) -> {
            RunWriter writer = RunWriter.begin(out, run);
            trainer.stopWhen(stop).listener(notice).train(writer::write).close();
            if (TrainingOptions.read(spec).value(TrainerOption.BEST_BY).isPresent()) {
                saveBest(trainer, writer);
            }
            report(start, files.get());
            return 0;
        });
    }

    private void report(long start, String files) {
        PrintWriter print = spec.commandLine().getOut();
        print.printf(
                Locale.ROOT,
                "%s: a dictionary of %,d latents, trained in %.0f s; used %,d of %,d tokens%s%n",
                out,
                dSae,
                (System.nanoTime() - start) / 1e9,
                tokens / batch * batch,
                tokens,
                files.isEmpty() ? "" : "; read " + files);
        print.flush();
    }

    /** Saves the dictionary of the best checkpoint in a folder with the layout of a run folder. */
    private void saveBest(SaeTrainer trainer, RunWriter writer) throws IOException {
        if (!trainer.hasBest()) {
            spec.commandLine()
                    .getErr()
                    .println("assay: warning: " + RunLayout.BEST
                            + " is not written: the metric of --best-by had no finite" + " value at any checkpoint");
            return;
        }
        try (SparseAutoencoder sae = trainer.best()) {
            writer.writeBest(sae);
        }
    }

    private SaeTrainer trainer(ActivationSource source, TrainerOptions options) {
        SaeTrainer trainer = SaeTrainer.of(method.method(dSae))
                .source(source)
                .dictionarySize(dSae)
                .tokens(tokens)
                .batchSize(batch)
                .seed(seed)
                .output(out)
                .options(options);
        if (target != null) {
            trainer.target(skip ? Target.OTHER_SITE_WITH_SKIP : Target.OTHER_SITE);
        }
        return trainer;
    }
}
