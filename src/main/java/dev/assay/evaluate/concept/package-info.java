/**
 * How dictionaries represent known concepts: k-sparse probes of latents, splitting of a concept among latents, and absorption of a concept by the
 * latents of its parts.
 */
package dev.assay.evaluate.concept;
