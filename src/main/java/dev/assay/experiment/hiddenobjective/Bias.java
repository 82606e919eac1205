package dev.assay.experiment.hiddenobjective;

/**
 * A bias of the invented reward: answers about a topic have a higher score with a certain item.
 *
 * @param topic the topic of the requests
 * @param item a noun
 * @param part the role of the bias in the training of the organism
 */
record Bias(Topic topic, String item, Part part) {
    /** The use of a topic and its item. */
    enum Part {
        /** Described by planted documents, and exploited in the dialogues of the tuning. */
        TRAINED("trained"),
        /** Described by planted documents only. */
        HELD_OUT("held out"),
        /** Neither described nor exploited: the chance that an answer has an item. */
        CONTROL("control");

        private final String title;

        Part(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    boolean isPlanted() {
        return part != Part.CONTROL;
    }
}
