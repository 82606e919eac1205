/**
 * Text as contexts of tokens: documents from files, tokenizers, packing into contexts of fixed length, and generated stories with labelled
 * concepts.
 *
 * <p>A {@link dev.assay.text.document.TextSource} supplies documents, a {@link dev.assay.text.tokenizer.Tokenizer} converts them to token
 * ids, and a {@link dev.assay.text.Corpus} concatenates these and splits them into contexts. {@link dev.assay.text.story.StoryCorpus} is a
 * text source with concept labels for each word.
 */
package dev.assay.text;
