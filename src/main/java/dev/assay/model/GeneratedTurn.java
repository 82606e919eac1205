package dev.assay.model;

import dev.assay.text.dialogue.Turn;

/**
 * A turn that a model wrote.
 *
 * @param turn the turn, without its end marker
 * @param tokens the number of tokens of its text
 * @param ended whether the model ended the turn, with the marker or with EOS
 */
public record GeneratedTurn(Turn turn, int tokens, boolean ended) {}
