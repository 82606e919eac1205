package dev.assay.spark;

import dev.assay.evaluate.ConceptScoring;
import dev.assay.evaluate.ConceptTable;
import dev.assay.io.Json;
import dev.assay.model.hook.HookPoint;
import java.io.IOException;
import java.util.List;

/**
 * Scores the latents of a dictionary as detectors of the concepts of stories, in one task.
 *
 * @param subject the model and the dictionary
 * @param tokens the number of tokens of training stories and of held-out stories
 */
record ConceptTask(RunSubject subject, long tokens) implements TaskWork {
    @Override
    public List<String> run(int task, TaskText text) throws IOException {
        try (RunSubject.Opened opened = subject.open()) {
            HookPoint point = HookPoint.parse(opened.dictionary().metadata().requiredHookName());
            try (ConceptScoring scoring = new ConceptScoring(
                    opened.model(), point, text.corpus(opened.model().tokenizer()), tokens)) {
                ConceptTable table = scoring.table(opened.dictionary());
                return List.of(Json.mapper().writeValueAsString(table.toJson()), table.toString());
            }
        }
    }
}
