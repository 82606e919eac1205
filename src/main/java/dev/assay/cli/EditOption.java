package dev.assay.cli;

import dev.assay.InvalidInputException;
import dev.assay.intervene.FeatureEdit;
import dev.assay.intervene.TokenPositions;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses edits and positions of the command line. */
final class EditOption {
    /** For example {@code 9}, {@code 9=4}, {@code clamp:9=4} or {@code capped:9=4/0.2}. */
    private static final Pattern EDIT = Pattern.compile("(?:([a-z]+):)?(\\d{1,9})(?:=([^/]+))?(?:/(.+))?");

    private static final double CAPPED_SHARE = 0.2;

    private EditOption() {}

    /** Parses an edit. */
    static FeatureEdit edit(String written) {
        Matcher matcher = EDIT.matcher(written);
        if (!matcher.matches()) {
            throw unknown(written);
        }
        int latent = Integer.parseInt(matcher.group(2));
        double number = number(written, matcher.group(3), 1);
        String kind = matcher.group(1) == null ? "steer" : matcher.group(1);
        return switch (kind) {
            case "ablate" -> new FeatureEdit.Ablate(latent);
            case "clamp" -> new FeatureEdit.Clamp(latent, number);
            case "scale" -> new FeatureEdit.Scale(latent, number);
            case "cap" -> new FeatureEdit.Cap(latent, number);
            case "steer" -> new FeatureEdit.Steer(latent, number);
            case "orthogonal" -> new FeatureEdit.SteerOrthogonal(latent, number);
            case "capped" ->
                new FeatureEdit.SteerCapped(latent, number, number(written, matcher.group(4), CAPPED_SHARE));
            default -> throw unknown(written);
        };
    }

    private static double number(String written, String number, double otherwise) {
        try {
            return number == null ? otherwise : Double.parseDouble(number);
        } catch (NumberFormatException noNumber) {
            throw unknown(written);
        }
    }

    private static InvalidInputException unknown(String written) {
        return new InvalidInputException(
                "the edit is \"" + written + "\", expected [KIND:]LATENT[=NUMBER] with KIND one of"
                        + " ablate, clamp, scale, cap, steer, orthogonal or capped");
    }

    /** Parses positions: {@code all}, {@code last}, {@code from:3}, or numbers separated by commas. */
    static TokenPositions positions(String written) {
        try {
            if (written.equals("all")) {
                return TokenPositions.all();
            } else if (written.equals("last")) {
                return TokenPositions.last();
            } else if (written.startsWith("from:")) {
                return TokenPositions.from(Integer.parseInt(written.substring("from:".length())));
            }
            return TokenPositions.of(Arrays.stream(written.split(","))
                    .mapToInt(number -> Integer.parseInt(number.strip()))
                    .toArray());
        } catch (NumberFormatException noNumber) {
            throw new InvalidInputException(
                    "the positions are \"" + written + "\", expected all, last, from:3, or numbers such as 0,4,5");
        }
    }
}
