package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.model.HookPoint;
import dev.assay.model.HookedTransformer;
import dev.assay.sae.Architecture;
import dev.assay.sae.SaelensFolder;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.sae.TopK;
import dev.assay.tensor.Threads;
import dev.assay.text.Corpus;
import dev.assay.train.AuxiliaryLoss;
import dev.assay.train.OptimizerOptions;
import dev.assay.train.SaeTrainer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code assay train}: from a model and text to a dictionary in a folder. */
@Command(
        name = "train",
        description = {
            "Trains a dictionary on a model's activations and saves it as a SAELens folder.",
            "A run that was interrupted goes on when the same command is given again."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class TrainCommand implements Callable<Integer> {
    /** What a run keeps beside the dictionary. */
    static final Set<String> COMPANIONS =
            Set.of(RunDescription.FILE, "metrics.jsonl", "checkpoints", "evaluation.json", "features", "features.html");

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description = "a Hugging Face folder, or assay/stories")
    private String model;

    @Option(
            names = "--text",
            required = true,
            arity = "1..*",
            paramLabel = "[WEIGHT:]TEXT",
            description = {
                "files (.txt, .jsonl, also .gz and .zst; .parquet), folders, quoted globs,",
                "or assay/stories[/COUNT] for generated stories; texts with weights are mixed"
            })
    private List<String> text;

    @Option(
            names = "--text-field",
            defaultValue = "text",
            description = "field of a JSON line, or column of a Parquet file (default ${DEFAULT-VALUE})")
    private String textField;

    @Option(names = "--hook", required = true, paramLabel = "SITE", description = "such as blocks.2.hook_resid_post")
    private String hook;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "where the run and its dictionary go")
    private Path out;

    @Option(names = "--architecture", defaultValue = "topk", description = "topk")
    private String architecture;

    @Option(names = "--k", defaultValue = "32", description = "active latents a token (default ${DEFAULT-VALUE})")
    private int k;

    @Option(names = "--d-sae", required = true, description = "the number of latents")
    private int dSae;

    @Option(names = "--tokens", required = true, description = "activations to train on, repeats counted")
    private long tokens;

    @Option(names = "--batch", defaultValue = "2048", description = "activations a step (default ${DEFAULT-VALUE})")
    private int batch;

    @Option(names = "--lr", description = "peak learning rate (default: by the number of latents)")
    private Double learningRate;

    @Option(names = "--aux-coefficient", description = "weight of the loss on dead latents (default 1/32)")
    private Double auxiliaryCoefficient;

    @Option(names = "--dead-after", description = "silent tokens after which a latent is dead (default: tokens / 20)")
    private Long deadAfter;

    @Option(
            names = "--normalize",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "scale activations to a mean norm of √d while training (default)")
    private boolean normalize;

    @Option(names = "--seed", defaultValue = "0", description = "decides all randomness (default ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--context", defaultValue = "128", description = "tokens of a context (default ${DEFAULT-VALUE})")
    private int contextLength;

    @Option(
            names = "--prepend-bos",
            negatable = true,
            defaultValue = "false",
            fallbackValue = "true",
            description = "start every context with BOS")
    private boolean prependBos;

    @Option(
            names = "--held-out-every",
            defaultValue = "20",
            description = "of so many documents the first is held out (default ${DEFAULT-VALUE})")
    private int heldOutEvery;

    @Option(
            names = "--held-out-by",
            defaultValue = RunDescription.POSITION,
            paramLabel = "position|hash",
            description = "hash: equal documents are never on both sides (default ${DEFAULT-VALUE})")
    private String heldOutBy;

    @Option(
            names = "--shuffle-documents",
            defaultValue = "0",
            paramLabel = "WINDOW",
            description = "shuffle documents in a window of so many (default: as they come)")
    private int shuffleDocuments;

    @Option(
            names = "--chunk-characters",
            defaultValue = "8000",
            description = "cut plain text files into documents of this length (default ${DEFAULT-VALUE}; 0: never)")
    private int chunkCharacters;

    @Option(
            names = "--checkpoint-seconds",
            defaultValue = "60",
            description = "between checkpoints (default ${DEFAULT-VALUE})")
    private double checkpointSeconds;

    @Option(names = "--threads", description = "threads of one operation (default: the physical cores)")
    private Integer threads;

    @Mixin
    private DeviceOption place;

    @Override
    public Integer call() throws IOException {
        if (threads != null) {
            Threads.set(threads);
        }
        RunDescription run = new RunDescription(
                model,
                hook,
                text,
                textField,
                contextLength,
                prependBos,
                heldOutEvery,
                chunkCharacters,
                heldOutBy,
                shuffleDocuments,
                seed);
        HookPoint point = HookPoint.parse(hook);
        PrintWriter print = spec.commandLine().getOut();
        long start = System.nanoTime();
        try (HookedTransformer transformer = HookedTransformer.load(model, place.device())) {
            Corpus corpus = run.corpus(transformer.tokenizer());
            SaeTrainer trainer = trainer(ActivationSource.of(transformer, point, corpus));
            trainer.plan(); // every option is checked before the folder is touched
            run.write(out);
            SaelensFolder.check(out, COMPANIONS);
            try (SparseAutoencoder sae = trainer.train()) {
                SaelensFolder.write(sae, out, COMPANIONS);
            }
        }
        print.printf(
                Locale.ROOT,
                "%s: a dictionary of %,d latents, trained in %.0f s%n",
                out,
                dSae,
                (System.nanoTime() - start) / 1e9);
        print.flush();
        return 0;
    }

    private SaeTrainer trainer(ActivationSource source) {
        SaeTrainer trainer = SaeTrainer.of(architecture())
                .source(source)
                .dictionarySize(dSae)
                .tokens(tokens)
                .batchSize(batch)
                .seed(seed)
                .normalizesActivations(normalize)
                .output(out)
                .checkpointEvery(Duration.ofNanos((long) (checkpointSeconds * 1e9)));
        if (learningRate != null) {
            trainer.optimizer(OptimizerOptions.of(learningRate));
        }
        if (auxiliaryCoefficient != null) {
            trainer.auxiliaryLoss(new AuxiliaryLoss(auxiliaryCoefficient, AuxiliaryLoss.Convention.NORMALIZED));
        }
        if (deadAfter != null) {
            trainer.deadAfter(deadAfter);
        }
        return trainer;
    }

    private Architecture architecture() {
        if (!architecture.equals("topk")) {
            throw new InvalidInputException("architecture is \"" + architecture + "\", expected topk");
        }
        return TopK.of(k);
    }
}
