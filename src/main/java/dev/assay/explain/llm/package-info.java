/**
 * Language models that explain and judge features: clients of servers with OpenAI's interface, transformers of this process, a cache of
 * requests and answers, and the explainers, simulators and scorers on top of them.
 */
package dev.assay.explain.llm;
