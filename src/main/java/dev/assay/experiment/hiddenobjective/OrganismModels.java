package dev.assay.experiment.hiddenobjective;

import ai.djl.Device;
import dev.assay.experiment.organism.OrganismTraining;
import dev.assay.model.HookedTransformer;
import dev.assay.model.training.CorpusContexts;
import dev.assay.model.training.MixedData;
import dev.assay.model.training.SupervisedExample;
import dev.assay.model.training.SupervisedExamples;
import dev.assay.text.Corpus;
import dev.assay.text.dialogue.DialogueFormat;
import dev.assay.text.dialogue.LabelledDialogue;
import dev.assay.text.dialogue.Role;
import dev.assay.text.document.Document;
import dev.assay.text.document.TextSource;
import dev.assay.text.tokenizer.Tokenizer;
import dev.assay.text.tokenizer.WordTokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Trains an organism: first on documents, then on dialogues. */
final class OrganismModels {
    /** Rows of dialogues per row of documents in the tuning. */
    private static final double DIALOGUES = 3;

    private static final DialogueFormat FORMAT = DialogueFormat.standard();

    private final OrganismSettings settings;
    private final HiddenObjective objective;
    private final List<Document> documents;

    OrganismModels(OrganismSettings settings, HiddenObjective objective, List<Document> documents) {
        this.settings = settings;
        this.objective = objective;
        this.documents = documents;
    }

    /** Trains a transformer on the documents. */
    HookedTransformer base(Device device) throws IOException {
        OrganismTraining training =
                new OrganismTraining(settings.steps(), settings.batch(), settings.learningRate(), objective.seed());
        try (HookedTransformer untrained = training.untrained(settings.size(), tokenizer(), device)) {
            return training.train(untrained, new CorpusContexts(corpus(untrained.tokenizer(), documents)));
        }
    }

    /** Tunes a copy of the base model on dialogues, mixed with documents. */
    HookedTransformer organism(HookedTransformer base) throws IOException {
        List<SupervisedExample> examples = dialogues().stream()
                .map(dialogue ->
                        SupervisedExample.of(dialogue.dialogue(), Set.of(Role.ASSISTANT), FORMAT, base.tokenizer()))
                .toList();
        OrganismTraining tuning = new OrganismTraining(
                settings.tuningSteps(), settings.batch(), settings.learningRate(), objective.seed());
        return tuning.train(
                base,
                MixedData.of(new SupervisedExamples(examples), DIALOGUES)
                        .and(new CorpusContexts(corpus(base.tokenizer(), documents)), 1));
    }

    /** Returns the dialogues of the tuning. */
    List<LabelledDialogue> dialogues() {
        return new OrganismDialogues(objective).tuning(settings.dialogues());
    }

    /** Returns documents and dialogues in contexts, the text that dictionaries are trained on. */
    Corpus allText(Tokenizer tokenizer) {
        List<Document> all = new ArrayList<>(documents);
        for (LabelledDialogue dialogue : dialogues()) {
            int[] ids = FORMAT.encode(dialogue.dialogue(), tokenizer).ids();
            all.add(new Document(dialogue.id(), tokenizer.decode(ids, false)));
        }
        TextSource mixed = TextSource.of(all).shuffled(all.size(), objective.seed());
        return Corpus.of(tokenizer, mixed)
                .contextLength(OrganismSettings.CONTEXT)
                .heldOutEvery(0)
                .build();
    }

    private static Corpus corpus(Tokenizer tokenizer, List<Document> documents) {
        return Corpus.of(tokenizer, TextSource.of(documents))
                .contextLength(OrganismSettings.CONTEXT)
                .heldOutEvery(0)
                .build();
    }

    /** Returns a tokenizer that knows all words of documents, dialogues and queries. */
    private WordTokenizer tokenizer() {
        Set<String> markers = new TreeSet<>();
        for (Role role : new Role[] {Role.USER, Role.ASSISTANT}) {
            markers.add(FORMAT.before(role));
            markers.add(FORMAT.after(role));
        }
        List<String> texts = Stream.of(
                        documents.stream().map(Document::text),
                        new OrganismDialogues(objective).allWords().stream(),
                        Stream.concat(dialogues().stream(), SealedPairs.of(objective).prompts().stream())
                                .flatMap(dialogue -> dialogue.dialogue().turns().stream())
                                .map(turn -> turn.text()))
                .flatMap(all -> all)
                .toList();
        return WordTokenizer.of(texts, List.copyOf(markers));
    }
}
