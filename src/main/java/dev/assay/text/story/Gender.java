package dev.assay.text.story;

/** How English speaks of a person or a thing. */
enum Gender {
    FEMALE("she", "her", "her"),
    MALE("he", "him", "his"),
    /** A person of whom the singular "they" is used. */
    NEUTRAL("they", "them", "their"),
    THING("it", "it", "its");

    private final String subject;
    private final String object;
    private final String possessive;

    Gender(String subject, String object, String possessive) {
        this.subject = subject;
        this.object = object;
        this.possessive = possessive;
    }

    String subject() {
        return subject;
    }

    String object() {
        return object;
    }

    String possessive() {
        return possessive;
    }
}
