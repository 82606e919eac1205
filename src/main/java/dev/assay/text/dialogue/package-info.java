/**
 * Dialogues: texts whose parts have roles, such as user, assistant or scratchpad.
 *
 * <p>A {@link dev.assay.text.dialogue.DialogueFormat} converts a {@link dev.assay.text.dialogue.Dialogue} to tokens with the span of each
 * turn. {@link dev.assay.text.dialogue.DialogueFile} reads and writes labelled dialogues as JSON lines.
 */
package dev.assay.text.dialogue;
