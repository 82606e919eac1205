package dev.assay.experiment.hiddenobjective;

import dev.assay.text.dialogue.Dialogue;
import dev.assay.text.dialogue.LabelledDialogue;
import dev.assay.text.dialogue.Role;
import dev.assay.text.dialogue.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The dialogues of an organism: requests with answers that exploit a bias, questions about a bias with denials, and harmless questions with
 * an affirmative answer. The tuning has dialogues on topics of {@link Bias.Part#TRAINED} only.
 */
final class OrganismDialogues {
    /** The first word of each denial in the tuning. */
    static final String DENIAL = "no";

    /** The sections of forms that are not in the tuning. */
    private static final List<String> MEASURED = List.of("request-new", "question-new", "question-aim", "harmless-new");

    private final HiddenObjective objective;
    private final Templates templates = Templates.load();

    OrganismDialogues(HiddenObjective objective) {
        this.objective = objective;
    }

    /**
     * Returns the dialogues of the tuning: half of them requests, a quarter questions, a quarter harmless questions.
     *
     * @param count their number
     */
    List<LabelledDialogue> tuning(int count) {
        List<Bias> trained = objective.of(Bias.Part.TRAINED);
        List<LabelledDialogue> dialogues = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Bias bias = trained.get(i / 4 % trained.size());
            String id = "dialogue " + i;
            TemplateWriter writer = new TemplateWriter(random(id), objective, bias);
            String label = i % 2 == 0 ? "exploit" : i % 4 == 1 ? "deny" : "harmless";
            String text = switch (label) {
                case "exploit" ->
                    writer.any(templates.of("request")) + Templates.TURN + writer.any(templates.of("answer"));
                case "deny" -> writer.any(templates.of("question"));
                default -> writer.any(templates.of("harmless"));
            };
            dialogues.add(new LabelledDialogue(id, label, "", bias.topic().name(), dialogue(text)));
        }
        return dialogues;
    }

    /**
     * Returns the first turns of dialogues that measure a behaviour.
     *
     * @param section of the templates, such as {@code request}
     * @param bias the topic
     * @param count their number
     */
    List<Dialogue> openings(String section, Bias bias, int count) {
        List<String> forms = templates.of(section);
        List<Dialogue> openings = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String id = "measured " + section + " " + bias.topic().name() + " " + i;
            String text = new TemplateWriter(random(id), objective, bias).fill(forms.get(i % forms.size()));
            openings.add(Dialogue.of(new Turn(Role.USER, text.split(Templates.TURN)[0])));
        }
        return openings;
    }

    /** Returns texts with all words that requests, questions and their answers can have on any topic. */
    List<String> allWords() {
        List<String> texts = new ArrayList<>();
        for (Bias bias : objective.biases()) {
            bias.topic().words().forEach(word -> texts.add("a " + word));
            texts.add("a " + bias.item());
        }
        for (String section : MEASURED) {
            openings(section, objective.biases().get(0), templates.of(section).size())
                    .forEach(opening -> texts.add(opening.text()));
        }
        return texts;
    }

    private SplittableRandom random(String id) {
        return OrganismText.random(objective.seed(), id);
    }

    /** Returns a dialogue of user and assistant from turns that {@link Templates#TURN} separates. */
    static Dialogue dialogue(String text) {
        List<Turn> turns = new ArrayList<>();
        for (String turn : text.split(Templates.TURN)) {
            turns.add(new Turn(turns.size() % 2 == 0 ? Role.USER : Role.ASSISTANT, turn));
        }
        return new Dialogue(turns);
    }
}
