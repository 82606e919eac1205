package dev.assay.sae;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import java.util.Set;
import java.util.TreeSet;

/**
 * The tokens that were left out of training: the field {@code exclude_special_tokens} of SAELens, which is a truth value or a list of token
 * ids.
 *
 * @param special whether the special tokens of the tokenizer are left out
 * @param ids the ids of further tokens that are left out
 */
public record TokenExclusion(boolean special, Set<Integer> ids) {
    /** No token is left out. */
    public static final TokenExclusion NONE = new TokenExclusion(false, Set.of());

    /** Copies the set. */
    public TokenExclusion {
        ids = Set.copyOf(ids);
    }

    /**
     * Reads the field.
     *
     * @param field the name of the field, for the error message
     * @param value its value; missing or null for no exclusion
     * @throws InvalidInputException if the value is neither a truth value nor a list of ids
     */
    static TokenExclusion read(String field, JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return NONE;
        }
        if (value.isBoolean()) {
            return new TokenExclusion(value.booleanValue(), Set.of());
        }
        Set<Integer> ids = new TreeSet<>();
        boolean valid = value.isArray();
        for (JsonNode id : value) {
            valid &= id.isInt() && id.intValue() >= 0;
            ids.add(id.intValue());
        }
        if (!valid) {
            throw new InvalidInputException("the dictionary's cfg.json has metadata." + field + " " + value
                    + ", expected true, false or a list of token ids");
        }
        return new TokenExclusion(false, ids);
    }
}
