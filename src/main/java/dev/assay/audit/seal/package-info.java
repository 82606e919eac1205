/**
 * The auditing game: organisms whose truth is sealed, and the score of the guesses of an auditor.
 *
 * <p>A sealed organism is a folder with the model and its public files. {@code seal.json} binds the hashes of the public files, a commitment to
 * the truth, and the truth itself encrypted under a passphrase.
 */
package dev.assay.audit.seal;
