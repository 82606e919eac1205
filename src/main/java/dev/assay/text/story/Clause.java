package dev.assay.text.story;

/** State of an unfinished clause: its subject, and whether the rest of it is negated. */
final class Clause {
    private final Clause outer;
    private final boolean main;
    private Referent subject;
    private boolean asPronoun;
    private int subjectFrom = -1;
    private int negatedFrom = -1;

    /**
     * Begins a clause.
     *
     * @param outer the enclosing clause, or null
     * @param main whether it is a main or coordinate clause rather than a relative clause
     */
    Clause(Clause outer, boolean main) {
        this.outer = outer;
        this.main = main;
    }

    /** Begins a sentence within the same quotation or story. */
    Clause nextSentence() {
        return new Clause(outer, main);
    }

    Clause outer() {
        return outer;
    }

    boolean isMain() {
        return main;
    }

    void begin(Referent referent, boolean pronoun, int from) {
        subject = referent;
        asPronoun = pronoun;
        subjectFrom = from;
    }

    void negate(int from) {
        negatedFrom = from;
    }

    Referent subject() {
        return subject;
    }

    /** Returns the number of the verb. A clause without its own subject ("who likes the dog") agrees with the enclosing one. */
    boolean takesPluralVerb() {
        if (subject == null) {
            return outer != null && outer.takesPluralVerb();
        }
        return subject.takesPluralVerb(asPronoun);
    }

    /** Marks the concepts that hold to the end of the clause. */
    void close(AnnotatedText pen) {
        if (subject != null) {
            subject.statesAsSubject().forEach(concept -> pen.mark(concept, subjectFrom));
        }
        pen.mark(Concepts.NEGATED, negatedFrom);
    }
}
