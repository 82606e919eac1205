/**
 * Text in, contexts of tokens out: documents from files, the tokenizer, packing into contexts of fixed length, and the generated
 * stories whose concepts are known.
 *
 * <p>{@link dev.assay.text.document.TextSource} gives documents, {@link dev.assay.text.tokenizer.Tokenizer} makes token ids of them, and
 * {@link dev.assay.text.Corpus} lays them end to end and cuts them into contexts. {@link dev.assay.text.story.StoryCorpus} is a text
 * source that also knows what each of its words means.
 */
package dev.assay.text;
