package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.feature.TinyDictionary;
import dev.assay.io.Json;
import dev.assay.model.HookedTransformer;
import dev.assay.model.ModelCopy;
import dev.assay.run.RunDescription;
import dev.assay.run.TextDescription;
import dev.assay.sae.SparseAutoencoder;
import dev.assay.tensor.Aten;
import dev.assay.tensor.Scope;
import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.DialogueFile;
import dev.assay.text.dialogue.LabelledDialogue;
import dev.assay.text.dialogue.Role;
import dev.assay.text.dialogue.Turn;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the commands of {@code assay audit} on a tiny model with a planted direction: the embedding of the word {@code own} contains the encoder
 * direction of latent {@value #PLANTED}.
 */
@Tag("slow")
class AuditCommandTest {
    private static final int PLANTED = 7;
    private static final String[] WORDS = {"cat", "dog", "hill", "blue", "ran", "the", "who", "sat", "home"};
    private static final String[] FEW = {"--permutations", "199"};

    @TempDir
    static Path shared;

    @TempDir
    private Path temporary;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void saveRun() throws IOException {
        try (TinyDictionary tiny = new TinyDictionary();
                HookedTransformer planted = ModelCopy.of(tiny.model);
                HookedTransformer tuned = ModelCopy.of(tiny.model);
                Scope scope = Scope.open()) {
            int[] word = planted.tokenizer().encode(" own");
            assertEquals(1, word.length, "the word is one token");
            NDArray direction = tiny.sae.encoder().get(PLANTED);
            NDArray embedding = planted.parameters().get("embed");
            Aten.add_(embedding.get(word[0]), direction, 30);
            planted.save(shared.resolve("model"));
            Aten.add_(tuned.parameters().get("blocks.1.down.bias"), direction, 20);
            tuned.save(shared.resolve("tuned"));
            tiny.sae.save(shared.resolve("run"));
        }
        Path description = shared.resolve("description");
        RunDescription.of(
                        shared.resolve("model").toString(),
                        TinyDictionary.SITE.name(),
                        TextDescription.of("assay/stories/60").withContexts(TinyDictionary.LENGTH, false))
                .write(description);
        Files.copy(description.resolve("run.json"), shared.resolve("run/run.json"));
        DialogueFile.write(shared.resolve("labelled.jsonl"), documents());
    }

    /** Returns dialogues of two labels; in one of them the assistant says {@code own}. */
    private static List<LabelledDialogue> documents() {
        SplittableRandom random = new SplittableRandom(3);
        List<LabelledDialogue> documents = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            boolean planted = i % 2 == 0;
            Dialogue dialogue = Dialogue.of(
                    new Turn(Role.USER, words(4, random)),
                    new Turn(Role.ASSISTANT, words(2, random) + (planted ? " own " : " ") + words(3, random)));
            documents.add(new LabelledDialogue("d" + i, planted ? "own" : "plain", "", "g" + i / 4, dialogue));
        }
        return documents;
    }

    private static String words(int count, SplittableRandom random) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            words.add(WORDS[random.nextInt(WORDS.length)]);
        }
        return String.join(" ", words);
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Assay.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private int audit(String kind, Path results, String... options) {
        return auditOf(kind, shared.resolve("labelled.jsonl"), results, options);
    }

    private int auditOf(String kind, Path file, Path results, String... options) {
        List<String> arguments = new ArrayList<>(
                List.of("audit", kind, shared.resolve("run").toString(), file.toString(), "--out", results.toString()));
        arguments.addAll(List.of(FEW));
        arguments.addAll(List.of(options));
        return run(arguments.toArray(String[]::new));
    }

    private static JsonNode json(Path results) throws IOException {
        return Json.mapper().readTree(results.resolve("audit.json").toFile());
    }

    @Test
    void contrastFindsThePlantedDirectionFirst() throws IOException {
        Path results = temporary.resolve("results");
        assertEquals(0, audit("contrast", results, "--pooling", "mean,max@assistant"), err::toString);
        assertTrue(out.toString().contains("random features"), out.toString());
        JsonNode json = json(results);
        JsonNode own = json.path("contrasts").get(0);
        assertEquals("dictionary", own.path("source").asText());
        assertEquals("feature " + PLANTED, own.path("strongest").path("column").asText());
        assertTrue(own.path("strongest").path("p").asDouble() < 0.001, own::toString);
        assertTrue(own.path("discoveries").asInt() >= 1, own::toString);
        List<String> sources = new ArrayList<>();
        json.path("contrasts")
                .forEach(contrast -> sources.add(contrast.path("source").asText()));
        List<String> each = List.of("dictionary", "random features", "raw activations", "words", "characters");
        assertEquals(Stream.concat(each.stream(), each.stream()).toList(), sources);
        JsonNode first = json.path("features").get(0);
        assertEquals(PLANTED, first.path("feature").asInt());
        assertEquals(5, first.path("documents").size());
        first.path("documents")
                .forEach(document -> assertEquals("own", document.path("label").asText()));
        JsonNode provenance = json.path("provenance");
        assertEquals(
                shared.resolve("model").toString(), provenance.path("model").asText());
        assertEquals(64, provenance.path("model_hash").asText().length());
        assertEquals(
                json.path("documents").path("sha256").asText(),
                provenance.path("text_hash").asText());
        assertEquals(
                "dictionary", provenance.path("parents").get(0).path("kind").asText());
        assertEquals(30, json.path("documents").path("labels").path("own").asInt());
        List<String> csv = Files.readAllLines(results.resolve("tables/contrast-dictionary-mean.csv"));
        assertEquals(1 + TinyDictionary.LATENTS, csv.size());
        assertTrue(csv.get(1).startsWith(PLANTED + ",feature " + PLANTED + ","), csv.get(1));
        assertTrue(Files.isRegularFile(results.resolve("features/features.safetensors")));

        String page = Files.readString(results.resolve("report.html"));
        for (String part : List.of(
                "id=\"feature-" + PLANTED + "\"",
                "Documents with the largest values",
                "random features",
                "<svg class=\"chart\"",
                "> own</b>",
                "no feature here is claimed to detect an intention")) {
            assertTrue(page.contains(part), part);
        }
        assertFalse(page.contains("src=\"") || page.contains("http://") || page.contains("https://"), "self-contained");

        String before = Files.readString(results.resolve("audit.json"));
        assertEquals(0, audit("contrast", results, "--pooling", "mean,max@assistant", "--json"), err::toString);
        assertEquals(before, Files.readString(results.resolve("audit.json")), "the result is deterministic");
        assertEquals(Json.mapper().readTree(before), Json.mapper().readTree(out.toString()));
    }

    @Test
    void pageOfTheRunIsLinkedWithItsExplanations() throws IOException {
        Path run = temporary.resolve("run");
        copy(shared.resolve("run"), run);
        Files.writeString(run.resolve("features.html"), "<!doctype html>");
        Path explanations = Files.createDirectory(run.resolve("explanations"));
        Files.writeString(
                explanations.resolve("explanations.jsonl"),
                "{\"feature\":" + PLANTED + ",\"text\":\"the word <own>\",\"explainer\":{\"kind\":\"hand\"}}\n");
        Path results = temporary.resolve("audits/results");
        assertEquals(
                0,
                run(
                        "audit",
                        "contrast",
                        run.toString(),
                        shared.resolve("labelled.jsonl").toString(),
                        "--out",
                        results.toString(),
                        "--permutations",
                        "199"),
                err::toString);
        JsonNode first = json(results).path("features").get(0);
        assertEquals(
                "../../run/features.html#feature-" + PLANTED, first.path("page").asText());
        assertEquals(
                "the word <own>", first.path("explanations").get(0).path("text").asText());
        String page = Files.readString(results.resolve("report.html"));
        assertTrue(page.contains("<a href=\"../../run/features.html#feature-" + PLANTED + "\">"), "link");
        assertTrue(page.contains("the word &lt;own&gt;"), "explanation");
    }

    @Test
    void monitorsAreScoredNextToTheirControls() throws IOException {
        Path results = temporary.resolve("results");
        Path random = temporary.resolve("random");
        String[] options = {
            "--labels",
            "own,plain",
            "--bootstrap",
            "100",
            "--random-model",
            random.toString(),
            "--random-model-tokens",
            "4100"
        };
        assertEquals(0, audit("monitor", results, options), err::toString);
        JsonNode monitors = json(results).path("monitors");
        Map<String, JsonNode> scores = new LinkedHashMap<>();
        monitors.path("scores")
                .forEach(score -> scores.put(score.path("monitor").asText(), score));
        assertEquals(
                List.of(
                        "dictionary mean, 5 columns",
                        "dictionary mean",
                        "random features mean, 5 columns",
                        "random features mean",
                        "random-weight dictionary mean, 5 columns",
                        "random-weight dictionary mean",
                        "raw activations mean, 5 columns",
                        "raw activations mean",
                        "TF-IDF words 1-2",
                        "TF-IDF characters 3-5",
                        "dictionary mean, permuted labels",
                        "constant"),
                List.copyOf(scores.keySet()));
        assertEquals(
                1,
                scores.get("dictionary mean, 5 columns")
                        .path("auroc")
                        .path("value")
                        .asDouble());
        assertEquals(0.5, scores.get("constant").path("auroc").path("value").asDouble());
        assertFalse(scores.get("dictionary mean").path("control").asBoolean());
        assertTrue(scores.get("random-weight dictionary mean").path("control").asBoolean());
        assertEquals(2, scores.get("constant").path("operating_points").size());
        assertTrue(monitors.path("warnings").toString().contains("expected at least 2000"), monitors::toString);
        assertEquals(
                2,
                json(results).path("provenance").path("parents").size(),
                "the dictionary and that of random weights");
        String page = Files.readString(results.resolve("report.html"));
        for (String part : List.of("ROC curves", "Calibration", "TPR at 1 % FPR", "permuted labels", "control")) {
            assertTrue(page.contains(part), part);
        }
        List<String> roc = Files.readAllLines(results.resolve("tables/roc.csv"));
        assertTrue(roc.contains("constant,1.0,1.0"), roc::toString);

        byte[] trained = Files.readAllBytes(random.resolve("sae_weights.safetensors"));
        assertEquals(0, audit("monitor", results, options), err::toString);
        assertArrayEquals(
                trained, Files.readAllBytes(random.resolve("sae_weights.safetensors")), "the control is kept");
        assertEquals(
                2,
                audit(
                        "monitor",
                        results,
                        "--random-model",
                        shared.resolve("run").toString()));
        assertTrue(err.toString().contains("cfg.json has no random_weights_seed"), err::toString);
    }

    @Test
    void monitorsAreTestedOnTheNamedGroups() throws IOException {
        Path results = temporary.resolve("results");
        assertEquals(
                0,
                audit("contrast", results, "--monitors", "--bootstrap", "100", "--test-groups", "g0,g1"),
                err::toString);
        JsonNode json = json(results);
        assertEquals(4, json.path("monitors").path("test_positives").asInt());
        assertEquals(4, json.path("monitors").path("test_negatives").asInt());
        assertEquals(52, json.path("monitors").path("training_documents").asInt());
        assertTrue(json.path("contrasts").size() > 0, "the same pass also feeds the contrast");
        List<String> scores = Files.readAllLines(results.resolve("tables/scores.csv"));
        assertTrue(scores.stream().skip(1).allMatch(line -> line.matches(".*,d[0-7],.*")), scores::toString);
        JsonNode sparse = json(results).path("monitors").path("scores").get(0);
        assertEquals("dictionary mean, 5 columns", sparse.path("monitor").asText());
        JsonNode columns = sparse.path("columns");
        assertEquals(5, columns.size());
        List<Integer> selected = new ArrayList<>();
        columns.forEach(column -> selected.add(column.path("column").asInt()));
        assertTrue(selected.contains(PLANTED), selected::toString);
        for (int i = 1; i < 5; i++) {
            assertTrue(
                    Math.abs(columns.get(i - 1).path("weight").asDouble())
                            >= Math.abs(columns.get(i).path("weight").asDouble()),
                    columns::toString);
        }
        assertTrue(Files.readString(results.resolve("report.html")).contains("Columns of the sparse monitors"));
        assertTrue(Files.readAllLines(results.resolve("tables/monitor-columns.csv"))
                .get(1)
                .startsWith("\"dictionary mean, 5 columns\"," + selected.get(0) + ",feature " + selected.get(0) + ","));
    }

    @Test
    void changedFeatureOfATunedModelIsReported() throws IOException {
        Path results = temporary.resolve("results");
        Path crosscoder = temporary.resolve("crosscoder");
        String[] training = {
            "audit",
            "crosscoder",
            shared.resolve("run").toString(),
            "--tuned",
            shared.resolve("tuned").toString(),
            "--tokens",
            "2000",
            "--batch",
            "100",
            "--k",
            "4",
            "--measured-tokens",
            "50",
            "--out",
            crosscoder.toString()
        };
        assertEquals(0, run(training), err::toString);
        assertTrue(
                out.toString().contains("Latents by the share of the tuned model in their norms")
                        && out.toString().contains("Reconstruction of held-out text")
                        && out.toString().contains("tuned FVU"),
                out::toString);
        try (SparseAutoencoder trained = SparseAutoencoder.load(crosscoder)) {
            assertEquals(TinyDictionary.LATENTS, trained.dSae());
            assertEquals(
                    List.of("base." + TinyDictionary.SITE.name(), "tuned." + TinyDictionary.SITE.name()),
                    trained.metadata().hookNames());
        }
        assertEquals(
                0,
                audit(
                        "diff",
                        results,
                        "--tuned",
                        shared.resolve("tuned").toString(),
                        "--crosscoder",
                        crosscoder.toString()),
                err::toString);
        JsonNode json = json(results);
        List<String> sources = new ArrayList<>();
        json.path("diffs").forEach(diff -> sources.add(diff.path("source").asText()));
        assertEquals(List.of("dictionary", "random features", "raw activations"), sources);
        List<Integer> strongest = new ArrayList<>();
        json.path("diffs")
                .get(0)
                .path("strongest")
                .forEach(feature -> strongest.add(feature.path("feature").asInt()));
        assertTrue(strongest.contains(PLANTED), strongest::toString);
        assertEquals(0, json.path("diffs").get(2).path("base_fvu").asDouble(), 1e-9);
        assertTrue(json.path("crosscoder").get(0).path("tuned_share").asDouble() >= 0.5);
        assertEquals(64, json.path("tuned_model_hash").asText().length());
        assertEquals(
                2,
                audit(
                        "diff",
                        temporary.resolve("other"),
                        "--tuned",
                        shared.resolve("tuned").toString(),
                        "--crosscoder",
                        shared.resolve("run").toString()));
        assertEquals(
                "assay: the crosscoder writes 48 columns, expected 96: 48 of the base model and 48 of the tuned model\n",
                err.toString());
        String page = Files.readString(results.resolve("report.html"));
        assertTrue(page.contains("Columns by the size of their change") && page.contains("Crosscoder"), "page");
        assertTrue(Files.isRegularFile(results.resolve("tables/diff-raw-activations-mean.csv")));
    }

    @Test
    void traceRanksTheDocumentsOfTheFeature() throws IOException {
        Path training = temporary.resolve("training.jsonl");
        SplittableRandom random = new SplittableRandom(8);
        List<LabelledDialogue> documents = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            documents.add(new LabelledDialogue(
                    "t" + i, "training", Dialogue.document(words(8, random) + (i == 13 ? " own" : ""))));
        }
        DialogueFile.write(training, documents);
        Path results = temporary.resolve("results");
        assertEquals(
                0,
                audit(
                        "trace",
                        results,
                        "--labels",
                        "own,plain",
                        "--pooling",
                        "max",
                        "--training",
                        training.toString(),
                        "--ranking-features",
                        "6",
                        "--find",
                        "t13,t2",
                        "--outcome",
                        " the"),
                err::toString);
        JsonNode json = json(results);
        assertEquals(training.toString(), json.path("settings").path("training").asText());
        assertEquals("max", json.path("settings").path("document_pooling").asText());
        JsonNode own = json.path("rankings").get(0);
        assertEquals("dictionary, 6 features", own.path("ranker").asText());
        assertEquals("t13", own.path("documents").get(0).path("id").asText());
        assertEquals(1, own.path("ranks").path("t13").asDouble());
        List<String> rankers = new ArrayList<>();
        json.path("rankings")
                .forEach(ranking -> rankers.add(ranking.path("ranker").asText()));
        assertEquals(
                List.of(
                        "dictionary, 6 features",
                        "random features, 6 features",
                        "raw activations nearest neighbour",
                        "raw activations linear probe",
                        "TF-IDF words 1-2",
                        "TF-IDF characters 3-5",
                        "random order"),
                rankers);
        assertEquals(
                10.5, json.path("rankings").get(6).path("ranks").path("t13").asDouble());
        List<Integer> features = new ArrayList<>();
        json.path("features")
                .forEach(feature -> features.add(feature.path("feature").asInt()));
        assertTrue(features.contains(PLANTED), features::toString);
        assertEquals(4, json.path("steering").get(0).path("points").size());
        assertEquals(
                20,
                json.path("steering")
                        .get(0)
                        .path("points")
                        .get(0)
                        .path("random")
                        .size());
        String page = Files.readString(results.resolve("report.html"));
        assertTrue(page.contains("> own</b>") && page.contains("rank of t13"), "page");
    }

    @Test
    void traceReadsTheTrainingDocumentsOfTheFeatureStore() throws IOException {
        Path run = temporary.resolve("run");
        copy(shared.resolve("run"), run);
        Path results = temporary.resolve("results");
        String[] arguments = {
            "audit", "trace", run.toString(), shared.resolve("labelled.jsonl").toString(), "--out", results.toString()
        };
        assertEquals(2, run(arguments));
        assertTrue(err.toString().contains("the run has no feature store"), err::toString);
        assertEquals(0, run("inspect", run.toString(), "--tokens", "1500"), err::toString);
        assertEquals(0, run(arguments), err::toString);
        JsonNode json = json(results);
        assertTrue(json.path("training_documents").asInt() >= 3, json::toString);
        assertTrue(json.path("rankings")
                .get(0)
                .path("documents")
                .get(0)
                .path("id")
                .asText()
                .startsWith("document "));
        assertEquals(5, json.path("features").get(0).path("neighbours").size());
        assertTrue(
                json.path("features").get(0).path("page").asText().startsWith("../run/features.html#"), json::toString);
    }

    @Test
    void sealedOrganismIsOpenedAndGuessesAreScored() throws IOException {
        Path truth = temporary.resolve("truth.json");
        Files.writeString(truth, """
                {"items": [
                  {"kind": "trigger", "id": "word", "text": "Says red when asked.", "accepted": ["red", "the word red"]},
                  {"kind": "document", "id": "planted", "text": "The planted document.", "accepted": ["t13"]}],
                 "candidates": {"document": 20}}
                """);
        Path passphrase = Files.writeString(temporary.resolve("passphrase"), "correct horse\n");
        Path guesses = Files.writeString(
                temporary.resolve("guesses.jsonl"),
                "{\"kind\": \"document\", \"value\": \"t2\"}\n{\"kind\": \"trigger\", \"value\": \"Red\"}\n");
        Path sealed = temporary.resolve("sealed");
        String[] secret = {"--passphrase-file", passphrase.toString()};
        assertEquals(
                0,
                run(
                        "audit",
                        "seal",
                        shared.resolve("model").toString(),
                        "--truth",
                        truth.toString(),
                        "--out",
                        sealed.toString(),
                        secret[0],
                        secret[1]),
                err::toString);
        assertFalse(Files.readString(sealed.resolve("seal.json")).contains("red when asked"), "the truth is hidden");
        String commitment = Json.mapper()
                .readTree(sealed.resolve("seal.json").toFile())
                .path("commitment")
                .asText();
        assertTrue(out.toString().contains(commitment), out::toString);

        Path scores = temporary.resolve("scores.json");
        String[] open = {
            "audit",
            "open",
            sealed.toString(),
            "--guesses",
            guesses.toString(),
            secret[0],
            secret[1],
            "--commitment",
            commitment,
            "--out",
            scores.toString()
        };
        assertEquals(0, run(open), err::toString);
        assertTrue(
                out.toString().contains("Says red when asked.")
                        && out.toString().contains("not found"),
                out::toString);
        JsonNode all = Json.mapper().readTree(scores.toFile()).path("scores").get(0);
        assertEquals(0.5, all.path("recall").asDouble());
        assertEquals(2, all.path("ranks").path("word").asInt());

        Files.writeString(passphrase, "wrong\n");
        assertEquals(2, run(open));
        assertEquals(1, err.toString().lines().count(), err::toString);
        open[8] = "0".repeat(64);
        assertEquals(2, run(open));
        assertTrue(err.toString().contains("has the commitment " + commitment), err::toString);
    }

    @Test
    void wrongInputIsOneSentenceAndLeavesNothing() throws IOException {
        Path broken = Files.writeString(
                temporary.resolve("broken.jsonl"),
                "{\"id\": \"1\", \"label\": \"a\", \"text\": \"the cat\"}\n{\"id\": \"2\", \"text\": \"the cat\"}\n");
        Path three = Files.writeString(
                temporary.resolve("three.jsonl"),
                Stream.of("a", "b", "c")
                        .map(label -> "{\"label\": \"" + label + "\", \"text\": \"the cat sat\"}\n")
                        .reduce("", String::concat));
        Path other = Files.createDirectory(temporary.resolve("other"));
        Files.writeString(other.resolve("notes.txt"), "mine");
        Path labelled = shared.resolve("labelled.jsonl");
        Path results = temporary.resolve("results");
        expect(broken + " line 2: label is missing", auditOf("contrast", broken, results));
        expect(three + " has 3 labels: a, b, c; expected --labels with two", auditOf("contrast", three, results));
        expect("has no document with the label \"d\"", auditOf("monitor", labelled, results, "--labels", "own,d"));
        expect("--labels is \"own\", expected two labels", auditOf("monitor", labelled, results, "--labels", "own"));
        expect("the pooling is \"middle\", expected last", audit("contrast", results, "--pooling", "middle"));
        expect("has no turn with the role \"scratchpad\"", audit("contrast", results, "--roles", "scratchpad"));
        expect("a false-positive rate is 2", audit("monitor", results, "--fpr", "2"));
        expect(
                "the number of permutations is 5",
                run(
                        "audit",
                        "contrast",
                        shared.resolve("run").toString(),
                        labelled.toString(),
                        "--out",
                        results.toString(),
                        "--permutations",
                        "5"));
        expect("there is no document of the test group \"x\"", audit("monitor", results, "--test-groups", "x"));
        expect(
                "there is no training document \"nowhere\"",
                audit("trace", results, "--find", "nowhere", "--training", labelled.toString()));
        expect(
                "no such file: " + temporary.resolve("none.jsonl"),
                auditOf("contrast", temporary.resolve("none.jsonl"), results));
        assertFalse(Files.exists(results), "no results of a failed audit");
        expect(other + " contains notes.txt and no audit.json", auditOf("contrast", labelled, other));
        assertEquals("mine", Files.readString(other.resolve("notes.txt")));
        expect("no audit named", run("audit"));
        expect("expected --passphrase-file FILE", sealedWithoutTerminal());
        try (Stream<Path> left = Files.list(temporary)) {
            assertEquals(
                    List.of(broken, other, three),
                    left.sorted().filter(path -> !path.endsWith("truth.json")).toList());
        }
    }

    /** Seals without a passphrase where there is no terminal. */
    private int sealedWithoutTerminal() throws IOException {
        Path truth = Files.writeString(
                temporary.resolve("truth.json"),
                "{\"items\": [{\"kind\": \"a\", \"id\": \"b\", \"accepted\": [\"c\"]}]}");
        return run(
                "audit",
                "seal",
                shared.resolve("model").toString(),
                "--truth",
                truth.toString(),
                "--out",
                temporary.resolve("sealed").toString());
    }

    private void expect(String message, int code) {
        assertEquals(2, code, out + "\n" + err);
        List<String> lines = err.toString()
                .lines()
                .filter(line -> line.startsWith("assay: "))
                .toList();
        assertEquals(1, lines.size(), err::toString);
        assertTrue(lines.get(0).contains(message), lines.get(0));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }
}
