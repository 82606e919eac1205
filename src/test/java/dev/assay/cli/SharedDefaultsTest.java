package dev.assay.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.assay.evaluate.Evaluation;
import dev.assay.run.TextDescription;
import dev.assay.run.sweep.SweepFile;
import dev.assay.sae.TopK;
import dev.assay.text.BosRule;
import dev.assay.text.Corpus;
import dev.assay.text.document.Document;
import dev.assay.text.document.TextSource;
import dev.assay.text.tokenizer.Tokenizer;
import dev.assay.text.tokenizer.TokenizerTest;
import dev.assay.train.SaeTrainer;
import dev.assay.train.TrainerOption;
import dev.assay.train.TrainerOptions;
import dev.assay.train.plan.TrainingPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Model.OptionSpec;

/** Compares the last table of docs/training.md with the defaults of the commands, of sweep files and of Java. */
class SharedDefaultsTest {
    private static final Pattern ROW = Pattern.compile(
            "(?m)^\\| [^|]+ \\| `(\\w+) (--[a-z-]+)` \\| (?:`(\\w+)`)? ?\\| `[\\w.]+` \\| ([^|]+) \\|$");

    private static final Map<String, String> STATED = new LinkedHashMap<>();

    @TempDir
    private Path folder;

    @BeforeAll
    static void readTable() throws IOException {
        String page = Files.readString(Path.of("docs/training.md"));
        Matcher row = ROW.matcher(page.substring(page.indexOf("## The same defaults everywhere")));
        while (row.find()) {
            STATED.put(row.group(1) + " " + row.group(2), row.group(4).replaceAll("\\[(.*)]\\(.*\\)", "$1"));
        }
    }

    private static long stated(String option) {
        return Long.parseLong(STATED.get(option));
    }

    private static String ofCommand(String command, String option) {
        OptionSpec spec = Assay.commandLine()
                .getSubcommands()
                .get(command)
                .getCommandSpec()
                .optionsMap()
                .get(option);
        if (spec.defaultValue() != null) {
            return spec.defaultValue();
        }
        Matcher words = Pattern.compile("\\(default:? ([^)]*)\\)").matcher(String.join(" ", spec.description()));
        return words.find() ? words.group(1) : "none";
    }

    private SweepFile sweep() throws IOException {
        return SweepFile.read(Files.writeString(folder.resolve("sweep.yaml"), """
                model: m
                text: [t]
                sites: [blocks.0.hook_resid_post]
                tokens: 9000
                members: [{method: topk, k: 4, d_sae: 64}]
                """));
    }

    @Test
    void tableHasTheDefaultsOfTheCommands() {
        Map<String, String> found = new LinkedHashMap<>();
        STATED.keySet().forEach(name -> found.put(name, ofCommand(name.split(" ")[0], name.split(" ")[1])));
        assertEquals(STATED, found);
        assertEquals(8, STATED.size());
    }

    @Test
    void tableHasTheDefaultsOfSweepFiles() throws IOException {
        assertEquals(stated("train --batch"), sweep().batch());
        assertEquals(stated("train --seed"), sweep().seed());
        TextDescription text = sweep().run().text();
        assertEquals(stated("train --context"), text.contextLength());
        assertEquals(stated("train --held-out-every"), text.heldOutEvery());
        assertEquals(BosRule.TOKENIZER, text.bos());
        assertEquals("what the tokenizer does", STATED.get("train --prepend-bos"));
        assertEquals(TrainerOptions.none(), sweep().options());
    }

    @Test
    void tableHasTheDefaultsOfJava() throws IOException {
        TrainingPlan plan =
                SaeTrainer.of(TopK.of(4)).dictionarySize(64).tokens(9000).plan();
        assertEquals(stated("train --batch"), plan.batch());
        assertEquals(stated("train --seed"), plan.seed());
        // The command line and sweep files set no option that is left out.
        assertEquals(
                plan,
                SaeTrainer.of(TopK.of(4))
                        .dictionarySize(64)
                        .tokens(9000)
                        .options(TrainerOptions.none())
                        .plan());
        assertEquals(TrainerOption.LR.defaultValue(), STATED.get("train --lr"));
        assertEquals(stated("evaluate --tokens"), Evaluation.DEFAULT_TOKENS);
        TextDescription text = TextDescription.of("t");
        assertEquals(BosRule.TOKENIZER, text.bos());
        for (String name : List.of("bytelevel_bpe", "llama_metaspace")) {
            try (Tokenizer tokenizer = Tokenizer.load(TokenizerTest.fixture().resolveSibling(name))) {
                Corpus corpus = Corpus.of(tokenizer, TextSource.of(List.of(new Document("d", "text"))))
                        .build();
                assertEquals(stated("train --context"), corpus.contextLength());
                assertEquals(stated("train --held-out-every"), corpus.heldOutEvery());
                assertEquals(tokenizer.prependsBos(), corpus.prependBos());
            }
        }
    }
}
