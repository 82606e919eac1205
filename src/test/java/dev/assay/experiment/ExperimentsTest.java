package dev.assay.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.io.FolderLock;
import dev.assay.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class ExperimentsTest {
    @TempDir
    private Path temporary;

    private final CountedExperiment experiment = new CountedExperiment();

    private ExperimentOptions options() {
        return ExperimentOptions.of(temporary.resolve("out")).asQuick();
    }

    private ExperimentReport run(ExperimentOptions options) throws IOException {
        return Experiments.run(experiment, options, line -> {});
    }

    private static String refusal(org.junit.jupiter.api.function.Executable work) {
        return assertThrows(InvalidInputException.class, work).getMessage();
    }

    @Test
    void killedExperimentResumesAtItsFirstUnfinishedCell() throws IOException {
        experiment.failsAt = "size2-seed1";
        assertThrows(IOException.class, () -> run(options()));
        assertEquals(List.of("size1-seed0", "size1-seed1", "size2-seed0"), experiment.computed);
        assertFalse(description().get("complete").asBoolean());

        experiment.failsAt = "";
        experiment.computed.clear();
        ExperimentReport resumed = run(options());
        assertEquals(List.of("size2-seed1"), experiment.computed);
        assertEquals(1, resumed.computedCells());
        assertEquals(4, resumed.foundCells());

        ExperimentReport single =
                run(ExperimentOptions.of(temporary.resolve("single")).asQuick());
        assertEquals(single.toText(), resumed.toText());
        assertEquals(files(temporary.resolve("single/tables")), files(temporary.resolve("out/tables")));
        assertEquals(files(temporary.resolve("single/figures")), files(temporary.resolve("out/figures")));
    }

    @Test
    void finishedExperimentComputesNothingAgain() throws IOException {
        run(options());
        experiment.computed.clear();
        assertEquals(0, run(options()).computedCells());
        assertEquals(List.of(), experiment.computed);
    }

    @Test
    void otherOptionsInTheSameFolderAreNamedAndRefused() throws IOException {
        run(options());
        String message = refusal(() -> run(options().withSetting("sizes", "1,4")));
        assertEquals(
                temporary.resolve("out") + " holds experiment counted with other options: "
                        + "sizes is 1,2, requested was 1,4; expected a new folder, or the same options to resume",
                message);
        assertTrue(refusal(() -> run(ExperimentOptions.of(temporary.resolve("out"))))
                .contains("form is quick, requested was full"));
    }

    @Test
    void furtherSeedsReuseTheCellsOfTheFolder() throws IOException {
        run(options());
        experiment.computed.clear();
        ExperimentReport report = run(options().withSeeds(3));
        assertEquals(List.of("size1-seed2", "size2-seed2"), experiment.computed);
        assertEquals(3, report.table("squares").estimate(0, "square").values().size());
        assertEquals(3, description().at("/options/seeds").asInt());
    }

    @Test
    void repeatedCallsCountACellAndAnArtifactOnce() throws IOException {
        CellCache cache = new CellCache(new ExperimentFolder(temporary));
        Files.createDirectories(temporary.resolve("cells"));
        Files.createDirectories(temporary.resolve("artifacts"));
        cache.cell("a", Integer.class, () -> 1);
        cache.artifact("b", folder -> Files.writeString(folder.resolve("x"), "x"));
        double seconds = cache.seconds();
        cache.cell("a", Integer.class, () -> 2);
        cache.artifact("b", folder -> {});
        assertEquals(seconds, cache.seconds());
        assertEquals(2, cache.computed());
        assertEquals(0, cache.found());
    }

    @Test
    void cellWithoutAnObjectOrAValueIsRefused() throws IOException {
        run(options());
        Path cell = temporary.resolve("out/cells/size1-seed0.json");
        Files.writeString(cell, "null");
        String message = refusal(() -> run(options()));
        assertTrue(message.startsWith(cell + " ") && message.contains("expected a JSON object"), message);
        Files.writeString(cell, "{\"seconds\": 1, \"value\": null}");
        assertEquals(cell + " has no \"value\"; delete it to compute the cell again", refusal(() -> run(options())));
    }

    @Test
    void folderWithOtherFilesIsRefused() throws IOException {
        Files.createDirectories(temporary.resolve("out"));
        Files.writeString(temporary.resolve("out/notes.txt"), "mine");
        assertTrue(refusal(() -> run(options())).contains("holds notes.txt, expected a new or empty folder"));
        assertEquals("mine", Files.readString(temporary.resolve("out/notes.txt")));
        assertFalse(Files.exists(temporary.resolve("out/experiment.json")));
    }

    @Test
    void lockedFolderIsRefused() throws Exception {
        AtomicReference<String> message = new AtomicReference<>();
        try (FolderLock lock = FolderLock.in(temporary.resolve("out"))) {
            Thread other = new Thread(() -> message.set(refusal(() -> run(options()))));
            other.start();
            other.join();
        }
        assertTrue(message.get().contains("out"), message.get());
        assertEquals(List.of(), experiment.computed);
    }

    @Test
    void wrongSettingsAreOneSentence() {
        assertEquals(
                "experiment counted has no setting \"size\", expected sizes",
                refusal(() -> run(options().withSetting("size", "1"))));
        assertEquals(
                "setting sizes is \"1,x\", expected integers of at least 1, separated by commas",
                refusal(() -> run(options().withSetting("sizes", "1,x"))));
        assertEquals(
                "setting offset is \"NaN\", expected a number",
                refusal(() -> run(options().withSetting("offset", "NaN"))));
        assertEquals(
                "the number of seeds is 0, expected at least 1",
                refusal(() -> options().withSeeds(0)));
        assertEquals("unknown experiment \"countd\", expected counted", refusal(() -> Experiments.named("countd")));
    }

    @Test
    void settingNamedLikeAFieldOfTheStoredOptionsIsRefused() {
        assertEquals(
                "a setting of an experiment is named \"text\", expected none of "
                        + "form, quick, seeds, model, text, device, assay_version",
                refusal(() -> new ExperimentSetting("text", "words", "a")));
        options().identity(experiment).fieldNames().forEachRemaining(field -> {
            if (!List.of("sizes", "offset").contains(field)) {
                refusal(() -> new ExperimentSetting(field, "words", "a", "b"));
            }
        });
    }

    @Test
    void damagedCellIsNamed() throws IOException {
        run(options());
        Path cell = temporary.resolve("out/cells/size1-seed0.json");
        Files.writeString(cell, "{\"seconds\": 1, \"value\": {\"size\": \"many\"}}");
        assertTrue(refusal(() -> run(options())).startsWith(cell + " is no finished cell"));
    }

    @Test
    void folderHoldsTablesFiguresPageAndOptions() throws Exception {
        ExperimentReport report = run(options().withSetting("offset", "1"));
        Path out = temporary.resolve("out");
        JsonNode table = Json.read(out.resolve("tables/squares.json"));
        assertEquals("square", table.at("/columns/3/null_of").asText());
        assertEquals(4.5, table.at("/rows/1/square/mean").asDouble());
        assertEquals(
                report.table("squares").estimate(1, "square").low(),
                table.at("/rows/1/square/low").asDouble());
        assertEquals(5, table.at("/rows/1/square/values/1").asDouble());
        List<String> csv = Files.readAllLines(out.resolve("tables/squares.csv"));
        assertEquals("name,size,square,square_low,square_high,null,null_low,null_high", csv.get(0));
        assertTrue(csv.get(1).startsWith("\"n\"\"1\",1,1.5,"), csv.get(1));
        assertTrue(csv.get(1).endsWith(",0.0,,"), csv.get(1));

        String page = Files.readString(out.resolve("index.html"));
        assertTrue(page.contains("figures/squares.svg") && page.contains("tables/squares.csv"));
        assertTrue(page.contains("The largest square is known."));
        JsonNode description = description();
        assertTrue(description.get("complete").asBoolean());
        assertEquals("1", description.at("/options/offset").asText());
        assertEquals("1,2", description.at("/options/sizes").asText());
        try (Stream<Path> entries = Files.list(out.resolve("figures"))) {
            for (Path figure : entries.toList()) {
                if (figure.toString().endsWith(".png")) {
                    assertTrue(ImageIO.read(figure.toFile()).getWidth() >= 1000);
                } else {
                    var svg = DocumentBuilderFactory.newInstance()
                            .newDocumentBuilder()
                            .parse(figure.toFile());
                    assertEquals("svg", svg.getDocumentElement().getNodeName());
                    assertTrue(svg.getElementsByTagName("*").getLength() > 20);
                }
            }
        }
    }

    @Test
    void settingsReadTypedValues() {
        ExperimentSettings settings = ExperimentSettings.of(experiment, false, Map.of("offset", " 2.5 "));
        assertEquals(List.of(1, 2, 3), settings.integers("sizes"));
        assertEquals(2.5, settings.number("offset"));
        assertEquals(List.of(1.0, 2.0, 3.0), settings.numbers("sizes"));
        assertEquals(List.of(1, 2, 3), settings.indices("sizes", "all", 4));
        assertEquals(List.of(1, 2, 3), settings.indices("sizes", "all"));
        assertEquals(List.of(), settings.indices("sizes", "1,2,3", 2));
        assertEquals(
                "setting sizes is \"1,2,3\", expected all, or integers from 0 to 2, separated by commas",
                refusal(() -> settings.indices("sizes", "all", 3)));
    }

    private JsonNode description() throws IOException {
        return Json.read(temporary.resolve("out/experiment.json"));
    }

    private static Map<String, String> files(Path folder) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path file : entries.toList()) {
                files.put("" + file.getFileName(), dev.assay.io.Sha256.of(file));
            }
        }
        return files;
    }
}
