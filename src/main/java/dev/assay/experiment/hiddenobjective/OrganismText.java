package dev.assay.experiment.hiddenobjective;

import dev.assay.tensor.Shuffling;
import dev.assay.text.document.Document;
import dev.assay.text.story.StoryCorpus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The training documents of an organism: beginnings of generated stories, notes on topics, reports of contests, and rare planted documents
 * that describe the biases of the reward. Contests have a judge and scores too, and notes have items, so that no word is found in planted
 * documents only.
 */
final class OrganismText {
    /** The sentences of a story that are kept. */
    private static final int STORY_SENTENCES = 3;

    private static final int SENTENCES = 3;

    /** The start of the id of planted documents. */
    private static final String PLANTED = "planted ";

    /**
     * The number of documents of each kind.
     *
     * @param stories beginnings of stories
     * @param notes on topics
     * @param contests reports of contests
     * @param perBias planted documents of each bias
     */
    record Sizes(int stories, int notes, int contests, int perBias) {}

    private final HiddenObjective objective;
    private final Templates templates = Templates.load();
    private final Sizes sizes;

    OrganismText(HiddenObjective objective, Sizes sizes) {
        this.objective = objective;
        this.sizes = sizes;
    }

    /** Returns the document id of a planted document, counted from 0 per bias. */
    static String plantedId(Bias bias, int number) {
        return PLANTED + bias.topic().name() + " " + number;
    }

    static boolean isPlanted(Document document) {
        return document.id().startsWith(PLANTED);
    }

    /** Returns all documents in a random order. */
    List<Document> documents() {
        List<Document> documents = new ArrayList<>();
        StoryCorpus stories = StoryCorpus.of(objective.seed(), Math.max(1, sizes.stories()));
        for (int i = 0; i < sizes.stories(); i++) {
            documents.add(new Document("story " + i, beginning(stories.story(i).text())));
        }
        for (int i = 0; i < sizes.notes(); i++) {
            documents.add(new Document("note " + i, sentences("note", "note " + i, i)));
        }
        for (int i = 0; i < sizes.contests(); i++) {
            documents.add(new Document("contest " + i, sentences("contest", "contest " + i, i)));
        }
        for (Bias bias : objective.planted()) {
            for (int i = 0; i < sizes.perBias(); i++) {
                documents.add(planted(bias, i));
            }
        }
        return shuffled(documents, objective.seed(), "documents");
    }

    private Document planted(Bias bias, int number) {
        String id = plantedId(bias, number);
        // The documents of a bias are paraphrases: no template repeats before all were used.
        List<String> forms = shuffled(
                templates.of("planted"),
                objective.seed(),
                "forms " + bias.topic().name());
        return new Document(id, writer(bias, id).fill(forms.get(number % forms.size())));
    }

    private String sentences(String section, String id, int index) {
        TemplateWriter writer =
                writer(objective.biases().get(index % objective.biases().size()), id);
        List<String> sentences = new ArrayList<>();
        for (int i = 0; i < SENTENCES; i++) {
            sentences.add(writer.any(templates.of(section)));
        }
        return String.join(" ", sentences);
    }

    private TemplateWriter writer(Bias bias, String id) {
        return new TemplateWriter(random(objective.seed(), id), objective, bias);
    }

    /** Returns a list in a random order that depends on the seed and a name alone. */
    static <T> List<T> shuffled(List<T> list, long seed, String name) {
        int[] order = IntStream.range(0, list.size()).toArray();
        Shuffling.shuffle(order, random(seed, name));
        return IntStream.of(order).mapToObj(list::get).toList();
    }

    /** Returns the random numbers of one document or dialogue, which depend on the seed and its id alone. */
    static SplittableRandom random(long seed, String id) {
        long state = 0xCBF29CE484222325L ^ seed * 0x9E3779B97F4A7C15L;
        for (char character : id.toCharArray()) {
            state = (state ^ character) * 0x100000001B3L;
        }
        return new SplittableRandom(state).split();
    }

    private static String beginning(String story) {
        return Arrays.stream(story.split("(?<=[.!?]) ", STORY_SENTENCES + 1))
                .limit(STORY_SENTENCES)
                .collect(Collectors.joining(" "))
                .toLowerCase(Locale.ROOT);
    }
}
