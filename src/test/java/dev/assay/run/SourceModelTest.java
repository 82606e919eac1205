package dev.assay.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.activation.exported.WaveModels;
import dev.assay.checkpoint.Safetensors;
import dev.assay.cli.Assay;
import dev.assay.io.Json;
import dev.assay.model.HookedTransformer;
import dev.assay.tensor.ScriptFiles;
import dev.assay.tensor.TorchEngine;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that the commands accept: exported models, models without their last blocks, models in 16 bits. */
@Tag("slow")
class SourceModelTest {
    private static final String SITE = "blocks.1.hook_resid_post";

    @TempDir
    private Path temporary;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path model;
    private Path folder;

    @BeforeEach
    void name() throws Exception {
        model = Path.of(HookedTransformer.class
                        .getResource("gpt_neox/config.json")
                        .toURI())
                .getParent();
        folder = temporary.resolve("run");
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Assay.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private int start(String command, Object source, String... more) {
        List<String> arguments = new ArrayList<>(List.of(command, "--model", source.toString(), "--out", "" + folder));
        arguments.addAll(List.of("--text", "assay/stories/60", "--context", "32", "--tokens", "1000"));
        if (command.equals("train")) {
            arguments.addAll(List.of("--d-sae", "64", "--k", "4", "--batch", "100"));
        }
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    private void refuses(int code, String... messages) {
        assertEquals(2, code, err::toString);
        assertEquals(1, err.toString().lines().count(), err::toString);
        for (String message : messages) {
            assertTrue(err.toString().contains(message), err::toString);
        }
    }

    private JsonNode description() throws IOException {
        return Json.read(folder.resolve("run.json"));
    }

    /** A TorchScript file that returns something as wide as the model, at a site that the model has. */
    private Path torchScript() throws IOException {
        return ScriptFiles.write(temporary.resolve("model.pt"), """
                def forward(self, tokens: Tensor) -> Dict[str, Tensor]:
                  columns = torch.arange(1., 49., 1., dtype=7, layout=None, device=None, pin_memory=None)
                  angle = torch.div(torch.mul(torch.unsqueeze(tokens, -1), columns), 100.)
                  return {"blocks.1.hook_resid_post": torch.sin(angle)}
                """);
    }

    @Test
    void evaluatesDictionaryOfExportedModelOnItsOriginalFolder() throws IOException {
        Path file = torchScript();
        assertEquals(0, start("train", file, "--hook", SITE, "--tokenizer", "" + model), err::toString);
        assertEquals(model.toString(), description().get("tokenizer").textValue());
        for (String command : List.of("evaluate", "inspect")) {
            refuses(
                    run(command, "" + folder),
                    file + " is an exported model, which cannot be edited or taken apart; name the Hugging Face folder"
                            + " it was made from with --model");
            assertEquals(0, run(command, "" + folder, "--model", "" + model, "--tokens", "500"), err::toString);
        }
    }

    @Test
    void harvestsAndTrainsOnOnnxModel() throws Exception {
        WaveModels.onnx(temporary, 300).close();
        Path file = temporary.resolve("waves.onnx");
        String[] site = {"--hook", WaveModels.COSINE, "--tokenizer", model.toString()};
        assertEquals(0, start("harvest", file, site), err::toString);
        Path store = folder;
        folder = temporary.resolve("dictionary");
        String[] training = {"--d-sae", "32", "--k", "4", "--tokens", "1000", "--batch", "100", "--out", "" + folder};
        List<String> command = new ArrayList<>(List.of("train", "--activations", store.toString()));
        command.addAll(List.of(training));
        assertEquals(0, run(command.toArray(String[]::new)), err::toString);
        assertEquals(model.toString(), description().get("tokenizer").textValue());
        refuses(run("evaluate", "" + folder, "--model", "" + model), WaveModels.COSINE);
    }

    @Test
    void rejectsIncompatibleOptionsInOneSentence() throws IOException {
        Path file = torchScript();
        String[] site = {"--hook", SITE};
        refuses(start("train", file, site), file + " has no tokenizer, expected --tokenizer DIR with that of its text");
        refuses(
                start("train", model, "--hook", SITE, "--tokenizer", "" + model),
                "a tokenizer was given with " + model + ", which has its own; expected one with a .pt or .onnx file");
        String[] tokenizer = {"--hook", SITE, "--tokenizer", model.toString()};
        refuses(
                start("harvest", file, "--hook", SITE, "--tokenizer", "" + model, "--precision", "bfloat16"),
                file + " has the precision it was exported with, expected no --precision bfloat16");
        refuses(start("harvest", temporary.resolve("none.pt"), tokenizer), "no such file", "none.pt");
        refuses(start("harvest", file, "--hook", "other", "--tokenizer", "" + model), file + " returns no other");
        refuses(start("harvest", file, "--hook", SITE, "--tokenizer", "" + temporary), "tokenizer.json");
        Files.writeString(temporary.resolve("broken.onnx"), "no graph");
        refuses(start("train", temporary.resolve("broken.onnx"), tokenizer), "broken.onnx cannot be loaded");
        refuses(start("train", model, "--hook", SITE, "--precision", "int8"), "--precision", "float16");
        refuses(
                start("train", model.resolve("model.safetensors"), site),
                "expected the Hugging Face folder of a model");
        assertFalse(Files.exists(folder));
    }

    @Test
    void loadsModelWithoutBlocksAfterTheSites() throws IOException {
        Path part = Files.createDirectory(temporary.resolve("part"));
        for (String name : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
            Files.copy(model.resolve(name), part.resolve(name));
        }
        try (NDManager manager = TorchEngine.newManager(Device.cpu());
                Safetensors weights = Safetensors.open(model.resolve("model.safetensors"))) {
            Map<String, NDArray> first = new LinkedHashMap<>();
            weights.names().stream()
                    .filter(name -> !name.contains("layers.2.") && !name.contains("final_layer_norm"))
                    .filter(name -> !name.contains("embed_out"))
                    .forEach(name -> first.put(name, weights.load(manager, name)));
            assertTrue(first.size() < weights.names().size() - 10);
            Safetensors.write(part.resolve("model.safetensors"), first, Map.of());
        }
        assertEquals(0, start("train", part, "--hook", SITE), err::toString);
        refuses(run("evaluate", "" + folder), "has no tensor ");
        assertEquals(0, run("evaluate", "" + folder, "--model", "" + model, "--tokens", "500"), err::toString);
        folder = temporary.resolve("store");
        assertEquals(0, start("harvest", part, "--hook", SITE, "--hook", "blocks.0.hook_mlp_out"), err::toString);
    }

    @Test
    void recordsPrecisionOfRunAndStore() throws IOException {
        assertEquals(0, start("train", model, "--hook", SITE, "--precision", "bfloat16"), err::toString);
        assertEquals("bfloat16", description().get("precision").textValue());
        refuses(start("train", model, "--hook", SITE), folder + " holds another run");
        refuses(start("train", model, "--hook", SITE, "--precision", "float16"), folder + " holds another run");
        double same = explainedVariance();
        assertEquals(same, explainedVariance("--precision", "bfloat16"));
        assertTrue(same != explainedVariance("--precision", "float32"));

        folder = temporary.resolve("store");
        assertEquals(0, start("harvest", model, "--hook", SITE, "--precision", "bfloat16"), err::toString);
        JsonNode contents = Json.read(folder.resolve("activations.json"));
        assertEquals("bfloat16", contents.get("provenance").get("precision").textValue());
        assertEquals("bfloat16", contents.get("note").get("precision").textValue());
        refuses(
                start("harvest", model, "--hook", SITE),
                "activations.json: ",
                "; use another folder for another store");
    }

    private double explainedVariance(String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("evaluate", "" + folder, "--tokens", "500", "--json"));
        arguments.addAll(List.of(more));
        assertEquals(0, run(arguments.toArray(String[]::new)), err::toString);
        return Json.mapper().readTree(out.toString()).get("explained_variance").doubleValue();
    }
}
