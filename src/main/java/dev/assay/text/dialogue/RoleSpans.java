package dev.assay.text.dialogue;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The tokens of a dialogue with the span of each turn. Token arrays are shared, not copied.
 *
 * @param ids token ids, [tokens]
 * @param spans the turns in order; tokens outside of every span, such as BOS, belong to no turn
 */
public record RoleSpans(int[] ids, List<RoleSpan> spans) {
    /** Checks the spans. */
    public RoleSpans {
        spans = List.copyOf(spans);
        int end = 0;
        for (RoleSpan span : spans) {
            if (span.start() < end) {
                throw new IllegalArgumentException("the span " + span + " starts before the end of the previous one");
            }
            end = span.end();
        }
        if (end > ids.length) {
            throw new IllegalArgumentException("the spans end at " + end + ", after the " + ids.length + " tokens");
        }
    }

    /** {@return the number of tokens} */
    public int length() {
        return ids.length;
    }

    /** {@return the role of each token, [tokens]; {@link Role#NONE} for markers and BOS} */
    public Role[] roles() {
        Role[] roles = new Role[ids.length];
        Arrays.fill(roles, Role.NONE);
        for (RoleSpan span : spans) {
            Arrays.fill(roles, span.textStart(), span.textEnd(), span.role());
        }
        return roles;
    }

    /** {@return the positions of the text of all turns with one of some roles, in ascending order; without markers} */
    public int[] positions(Set<Role> roles) {
        return spans.stream()
                .filter(span -> roles.contains(span.role()))
                .flatMapToInt(span -> IntStream.range(span.textStart(), span.textEnd()))
                .toArray();
    }

    /** {@return the first tokens, with the spans cut at their end; spans without a token are left out} */
    public RoleSpans first(int tokens) {
        if (tokens >= ids.length) {
            return this;
        }
        List<RoleSpan> kept = spans.stream()
                .filter(span -> span.start() < tokens)
                .map(span -> new RoleSpan(
                        span.role(),
                        span.start(),
                        Math.min(span.textStart(), tokens),
                        Math.min(span.textEnd(), tokens),
                        Math.min(span.end(), tokens)))
                .toList();
        return new RoleSpans(Arrays.copyOf(ids, tokens), kept);
    }
}
