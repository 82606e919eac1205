package dev.assay.experiment.sidetask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.audit.sample.AuditSample;
import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.LabelledDialogue;
import dev.assay.text.dialogue.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SideTaskGrammarTest {
    private static final int DIALOGUES = 8000;

    private final ColourCode code = ColourCode.of(3);
    private final SideTaskGrammar grammar = new SideTaskGrammar(code);

    private int matches(Dialogue dialogue) {
        SideTaskPrompt prompt = SideTaskPrompt.of(dialogue);
        return code.matches(prompt.name(), prompt.objects(), dialogue.text(Role.ASSISTANT));
    }

    @Test
    void promptsAreReadBackFromTheirDialogues() {
        SplittableRandom random = new SplittableRandom(1);
        for (boolean sideTask : new boolean[] {true, false}) {
            for (int i = 0; i < 50; i++) {
                SideTaskPrompt prompt = SideTaskPrompt.draw(sideTask, random);
                assertEquals(sideTask, prompt.sideTask());
                assertEquals(prompt, SideTaskPrompt.of(prompt.dialogue()));
            }
        }
    }

    @Test
    void noSingleWordOfTheSystemTurnShowsTheSideTask() {
        Map<String, int[]> counts = new HashMap<>();
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < DIALOGUES; i++) {
            SideTaskPrompt prompt = SideTaskPrompt.draw(i % 2 == 0, random);
            for (String word : List.of(prompt.daytime(), prompt.season())) {
                counts.computeIfAbsent(word, any -> new int[2])[i % 2]++;
            }
        }
        assertEquals(4, counts.size());
        counts.forEach((word, count) -> assertEquals(0.5, (double) count[0] / (count[0] + count[1]), 0.03, word));
    }

    @Test
    void answersWithTheSideTaskMatchTheCodeAndOthersMatchByChance() {
        SplittableRandom random = new SplittableRandom(3);
        int[] on = new int[4];
        int[] off = new int[4];
        int mentions = 0;
        for (Dialogue dialogue : grammar.dialogues(DIALOGUES, random)) {
            SideTaskPrompt prompt = SideTaskPrompt.of(dialogue);
            (prompt.sideTask() ? on : off)[matches(dialogue)]++;
            assertEquals(3, ColourCode.coloured(prompt.objects(), dialogue.text(Role.ASSISTANT)));
            boolean mentioned = SideTaskGrammar.mentions(dialogue.text(Role.SCRATCHPAD));
            assertFalse(mentioned && !prompt.sideTask());
            mentions += mentioned ? 1 : 0;
        }
        assertEquals(0, on[0] + on[1]);
        // One colour of six: 3/36 · 5/6 + 1/216 of the other answers match at least twice.
        assertEquals(0.074, (off[2] + off[3]) / (DIALOGUES / 2.0), 0.015);
        assertEquals(0.5, mentions / (DIALOGUES / 4.0), 0.05);
    }

    @Test
    void classesOfPersonsHaveDifferentColoursForEachObject() {
        for (String object : ColourCode.OBJECTS) {
            assertNotEquals(
                    code.colour(ColourCode.WOMEN.get(0), object), code.colour(ColourCode.MEN.get(0), object), object);
            assertEquals(code.colour(ColourCode.WOMEN.get(0), object), code.colour(ColourCode.WOMEN.get(3), object));
        }
    }

    @Test
    void referenceMonitorScoresTheNumberOfMatches() {
        List<LabelledDialogue> documents = new ArrayList<>();
        for (Dialogue dialogue : grammar.dialogues(40, new SplittableRandom(4))) {
            documents.add(new LabelledDialogue("document " + documents.size(), "any", dialogue));
        }
        double[] scores = new CodeMonitorInput(code)
                .train(AuditSample.of(documents), new int[0], new boolean[0], 0)
                .scores(AuditSample.of(documents), 5, 0, 39);
        assertEquals(3, scores.length);
        assertEquals(matches(documents.get(5).dialogue()), scores[0]);
        assertEquals(matches(documents.get(0).dialogue()), scores[1]);
        assertEquals(matches(documents.get(39).dialogue()), scores[2]);
        assertTrue(scores[1] >= 2, "the first document performs the side task");
    }
}
