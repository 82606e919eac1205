package dev.assay.experiment;

import dev.assay.InvalidInputException;
import dev.assay.io.NearestName;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The values of an experiment's settings, read by type. */
public final class ExperimentSettings {
    private final Map<String, String> values;

    private ExperimentSettings(Map<String, String> values) {
        this.values = Collections.unmodifiableMap(values);
    }

    /**
     * Returns the settings of an experiment.
     *
     * @param experiment declares the settings
     * @param quick whether the defaults are those of the quick form
     * @param given values that replace defaults
     * @return the settings in the order of their declaration
     * @throws InvalidInputException if the experiment has no setting of a name
     */
    public static ExperimentSettings of(Experiment experiment, boolean quick, Map<String, String> given) {
        Map<String, String> values = new LinkedHashMap<>();
        experiment.settings().forEach(setting -> values.put(setting.name(), quick ? setting.quick() : setting.full()));
        given.forEach((name, value) -> {
            InvalidInputException.require(values.containsKey(name), () -> unknown(experiment, name, values));
            values.put(name, value.strip());
        });
        return new ExperimentSettings(values);
    }

    private static String unknown(Experiment experiment, String name, Map<String, String> known) {
        return "experiment " + experiment.name() + " has no setting \"" + name + "\", expected "
                + (known.isEmpty()
                        ? "none"
                        : NearestName.of(name, known.keySet()).orElse("one of " + String.join(", ", known.keySet())));
    }

    /** {@return all values by name, in the order of their declaration} */
    public Map<String, String> values() {
        return values;
    }

    /**
     * Reads a text.
     *
     * @param name of the setting
     * @return its value
     */
    public String text(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no setting \"" + name + "\" is declared");
        }
        return value;
    }

    /**
     * Reads a list of texts.
     *
     * @param name of the setting
     * @return at least one text, all of them different
     * @throws InvalidInputException if an entry is empty or a repetition
     */
    public List<String> texts(String name) {
        return list(name, part -> part);
    }

    /**
     * Reads a positive integer.
     *
     * @param name of the setting
     * @return the number
     * @throws InvalidInputException if it is no integer or below 1
     */
    public int integer(String name) {
        return Math.toIntExact(positive(name, text(name), "an integer of at least 1", Integer.MAX_VALUE));
    }

    /**
     * Reads a positive count, such as a number of tokens.
     *
     * @param name of the setting
     * @return the number
     * @throws InvalidInputException if it is no integer or below 1
     */
    public long count(String name) {
        return positive(name, text(name), "an integer of at least 1", Long.MAX_VALUE);
    }

    /**
     * Reads a list of positive integers.
     *
     * @param name of the setting
     * @return at least one number, all of them different
     * @throws InvalidInputException if one is no integer, below 1 or a repetition
     */
    public List<Integer> integers(String name) {
        return list(
                name,
                part -> Math.toIntExact(
                        positive(name, part, "integers of at least 1, separated by commas", Integer.MAX_VALUE)));
    }

    /**
     * Reads a list of indices, such as layers, or a word for all of them or an automatic choice.
     *
     * @param name of the setting
     * @param word the value that is no list, such as {@code all}
     * @param size the number of things that are indexed
     * @return different integers from 0 to {@code size} − 1 in the given order; empty for the word
     * @throws InvalidInputException if one is no integer, out of range or a repetition
     */
    public List<Integer> indices(String name, String word, int size) {
        return indices(name, word, size, "from 0 to " + (size - 1));
    }

    /**
     * Reads a list of indices whose range is not known yet, see {@link #indices(String, String, int)}.
     *
     * @param name of the setting
     * @param word the value that is no list, such as {@code all}
     * @return different integers of at least 0 in the given order; empty for the word
     * @throws InvalidInputException if one is no integer, below 0 or a repetition
     */
    public List<Integer> indices(String name, String word) {
        return indices(name, word, Integer.MAX_VALUE, "of at least 0");
    }

    private List<Integer> indices(String name, String word, int size, String range) {
        if (text(name).equals(word)) {
            return List.of();
        }
        String expected = word + ", or integers " + range + ", separated by commas";
        return list(name, part -> Math.toIntExact(integer(name, part, expected, 0, size - 1)));
    }

    /**
     * Reads a number.
     *
     * @param name of the setting
     * @return a finite number
     * @throws InvalidInputException if it is no finite number
     */
    public double number(String name) {
        return finite(name, text(name), "a number");
    }

    /**
     * Reads a list of numbers.
     *
     * @param name of the setting
     * @return at least one finite number, all of them different
     * @throws InvalidInputException if one is no finite number or a repetition
     */
    public List<Double> numbers(String name) {
        return list(name, part -> finite(name, part, "numbers, separated by commas"));
    }

    private <T> List<T> list(String name, Function<String, T> parse) {
        List<String> parts =
                Arrays.stream(text(name).split(",", -1)).map(String::strip).toList();
        InvalidInputException.require(
                parts.stream().noneMatch(String::isEmpty),
                () -> wrong(name, "a list separated by commas without empty entries"));
        List<T> entries = parts.stream().map(parse).toList();
        Set<T> different = new HashSet<>();
        for (int i = 0; i < parts.size(); i++) {
            String part = parts.get(i);
            InvalidInputException.require(
                    different.add(entries.get(i)),
                    () -> wrong(name, "different entries separated by commas, found " + part + " more than once"));
        }
        return entries;
    }

    private long positive(String name, String part, String expected, long most) {
        return integer(name, part, expected, 1, most);
    }

    private long integer(String name, String part, String expected, long least, long most) {
        try {
            long number = Long.parseLong(part);
            InvalidInputException.require(number >= least && number <= most, () -> wrong(name, expected));
            return number;
        } catch (NumberFormatException notInteger) {
            throw new InvalidInputException(wrong(name, expected), notInteger);
        }
    }

    private double finite(String name, String part, String expected) {
        try {
            double number = Double.parseDouble(part);
            InvalidInputException.require(Double.isFinite(number), () -> wrong(name, expected));
            return number + 0.0; // −0 and 0 are the same entry of a list
        } catch (NumberFormatException notNumber) {
            throw new InvalidInputException(wrong(name, expected), notNumber);
        }
    }

    private String wrong(String name, String expected) {
        return "setting " + name + " is \"" + text(name) + "\", expected " + expected;
    }
}
