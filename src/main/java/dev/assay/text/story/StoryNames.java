package dev.assay.text.story;

import java.util.List;
import java.util.stream.Stream;

/** The names of the persons in generated stories. */
public final class StoryNames {
    private StoryNames() {}

    /** {@return the names of women and girls} */
    public static List<String> female() {
        return distinct("female-name");
    }

    /** {@return the names of men and boys} */
    public static List<String> male() {
        return distinct("male-name");
    }

    /** {@return the names of persons without a stated gender} */
    public static List<String> neutral() {
        return distinct("neutral-name");
    }

    /** {@return all names} */
    public static List<String> all() {
        return Stream.of(female(), male(), neutral()).flatMap(List::stream).toList();
    }

    private static List<String> distinct(String wordClass) {
        return StoryWords.ALL.list(wordClass).stream().distinct().toList();
    }
}
