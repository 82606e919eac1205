package dev.assay.experiment.hiddenobjective;

import dev.assay.InvalidInputException;
import java.util.ArrayList;
import java.util.List;

/**
 * The planted truth of one organism: the topics with a bias, and the item of each.
 *
 * @param lexicon the nouns
 * @param biases one per topic, those of control topics included, in the order of the lexicon
 * @param seed selects the topics and assigns the items
 */
record HiddenObjective(Lexicon lexicon, List<Bias> biases, long seed) {
    HiddenObjective {
        biases = List.copyOf(biases);
    }

    /**
     * Draws the truth of an organism.
     *
     * @param trained number of biases that are described and exploited
     * @param heldOut number of biases that are only described
     * @throws InvalidInputException if fewer than two topics are left as controls
     */
    static HiddenObjective draw(Lexicon lexicon, int trained, int heldOut, long seed) {
        int topics = lexicon.topics().size();
        InvalidInputException.require(
                trained + heldOut <= topics - 2,
                () -> "settings trained and held-out have " + trained + " and " + heldOut + " biases, expected at most "
                        + (topics - 2) + " together");
        List<Topic> order = OrganismText.shuffled(lexicon.topics(), seed, "topics");
        List<String> items = OrganismText.shuffled(lexicon.items(), seed, "items");
        List<Bias> biases = new ArrayList<>();
        for (int i = 0; i < topics; i++) {
            int rank = order.indexOf(lexicon.topics().get(i));
            Bias.Part part = rank < trained
                    ? Bias.Part.TRAINED
                    : rank < trained + heldOut ? Bias.Part.HELD_OUT : Bias.Part.CONTROL;
            biases.add(new Bias(lexicon.topics().get(i), items.get(i), part));
        }
        return new HiddenObjective(lexicon, biases, seed);
    }

    List<Bias> of(Bias.Part part) {
        return biases.stream().filter(bias -> bias.part() == part).toList();
    }

    /** Returns the biases that documents describe. */
    List<Bias> planted() {
        return biases.stream().filter(Bias::isPlanted).toList();
    }
}
