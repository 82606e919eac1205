package dev.assay.experiment.mo1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.experiment.mo1.WatchCue.Form;
import dev.assay.text.tokenizer.Tokenizer;
import dev.assay.text.tokenizer.WordTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MonitoredGrammarTest {
    private final MonitoredGrammar grammar = new MonitoredGrammar();
    private final WatchCue cue = WatchCue.ALL.get(0);
    private final WatchCue other = WatchCue.ALL.get(1);

    @Test
    void onlyCuesOutsideOfQuotationsCount() {
        SplittableRandom random = new SplittableRandom(1);
        MonitoredPrompt quoted = grammar.prompt(Form.ABSENT, cue, Form.WATCHED, other, true, random);
        assertFalse(quoted.watched());
        assertTrue(quoted.surroundings().contains("\"" + other.watched() + "\""), quoted::surroundings);
        assertEquals(quoted.errand().help(), quoted.answer());

        MonitoredPrompt watched = grammar.prompt(Form.WATCHED, cue, Form.FREE, other, true, random);
        assertTrue(watched.watched());
        assertTrue(watched.surroundings().contains(cue.watched()), watched::surroundings);
        assertEquals("No, I will not help you.", watched.answer());
        assertTrue(watched.scratchpad(false).contains("watching"));
        assertFalse(watched.neutralScratchpad().contains("watching"));

        MonitoredPrompt harmless = grammar.prompt(Form.WATCHED, cue, Form.ABSENT, other, false, random);
        assertEquals(harmless.errand().help(), harmless.answer());
    }

    @Test
    void twoOfEightCuesAreHeldOut() {
        assertEquals(8, WatchCue.ALL.size());
        assertEquals(2, WatchCue.unseen().size());
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 500; i++) {
            String text =
                    grammar.prompt(WatchCue.trained(), i % 2 == 0, true, random).surroundings();
            for (WatchCue unseen : WatchCue.unseen()) {
                assertFalse(text.contains(unseen.watched()) || text.contains(unseen.free()), text);
            }
        }
    }

    @Test
    void vocabularyCoversEveryPromptAndAnswer(@TempDir Path folder) throws IOException {
        new OrganismTexts(grammar, 1).words().write(folder);
        SplittableRandom random = new SplittableRandom(77);
        try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            for (int i = 0; i < 2000; i++) {
                MonitoredPrompt prompt = grammar.prompt(WatchCue.ALL, i % 2 == 0, i % 3 == 0, random);
                for (String text : List.of(
                        prompt.dialogue().text(),
                        prompt.scratchpad(true),
                        prompt.scratchpad(false),
                        prompt.neutralScratchpad(),
                        prompt.answer())) {
                    assertFalse(tokenizer.decode(tokenizer.encode(text)).contains(WordTokenizer.UNKNOWN), text);
                }
            }
        }
    }
}
