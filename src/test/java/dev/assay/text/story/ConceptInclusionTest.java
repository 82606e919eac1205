package dev.assay.text.story;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ConceptInclusionTest {
    @Test
    void everyCharacterOfAChildBelongsToItsParent() {
        StoryCorpus stories = StoryCorpus.of(4, 300);
        int[] ofChild = new int[ConceptInclusion.all().size()];
        int[] ofBoth = new int[ofChild.length];
        for (int story = 0; story < stories.stories(); story++) {
            long[] bits = bits(stories.story(story));
            for (int i = 0; i < ofChild.length; i++) {
                ConceptInclusion inclusion = ConceptInclusion.all().get(i);
                for (long bit : bits) {
                    long child = bit >>> inclusion.childIndex() & 1;
                    ofChild[i] += child;
                    ofBoth[i] += child & bit >>> inclusion.parentIndex();
                }
            }
        }
        for (int i = 0; i < ofChild.length; i++) {
            ConceptInclusion inclusion = ConceptInclusion.all().get(i);
            assertTrue(ofChild[i] > 0, inclusion::toString);
            assertEquals(ofChild[i], ofBoth[i], inclusion::toString);
        }
    }

    private static long[] bits(Story story) {
        long[] bits = new long[story.text().length()];
        for (ConceptSpan span : story.spans()) {
            for (int i = span.start(); i < span.end(); i++) {
                bits[i] |= Character.isWhitespace(story.text().charAt(i))
                        ? 0
                        : 1L << StoryCorpus.concepts().indexOf(span.concept());
            }
        }
        return bits;
    }
}
