import { expect, it } from 'vitest';
import { parseAdapterKey } from './adapter-keys.ts';

const attention = 'attentions_0_transformer_blocks_0_attn1_to_q';

it.each([
  [
    'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q.lora_down.weight',
    'network',
    `down_blocks_0_${attention}`,
    'down',
  ],
  ['lora_unet_mid_block_attentions_0_proj_in.alpha', 'network', 'mid_block_attentions_0_proj_in', 'alpha'],
  [
    'unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora_B.weight',
    'network',
    `down_blocks_0_${attention}`,
    'up',
  ],
  [
    'unet.up_blocks.1.attentions.0.transformer_blocks.0.attn1.processor.to_out_lora.up.weight',
    'network',
    'up_blocks_1_attentions_0_transformer_blocks_0_attn1_to_out_0',
    'up',
  ],
  [
    'transformer.single_transformer_blocks.3.attn.to_k.lora_A.weight',
    'network',
    'single_transformer_blocks_3_attn_to_k',
    'down',
  ],
  ['lora_te_text_model_encoder_layers_0_mlp_fc1.lora_up.weight', 'text_encoder', 'encoder_layers_0_mlp_fc1', 'up'],
  [
    'lora_te2_text_model_encoder_layers_3_self_attn_k_proj.alpha',
    'text_encoder_2',
    'encoder_layers_3_self_attn_k_proj',
    'alpha',
  ],
  [
    'text_encoder.text_model.encoder.layers.0.self_attn.q_proj.lora_linear_layer.down.weight',
    'text_encoder',
    'encoder_layers_0_self_attn_q_proj',
    'down',
  ],
  // Stability's own names of SDXL's blocks.
  [
    'lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q.alpha',
    'network',
    'down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q',
    'alpha',
  ],
  ['lora_unet_input_blocks_8_0_in_layers_2.alpha', 'network', 'down_blocks_2_resnets_1_conv1', 'alpha'],
  ['lora_unet_input_blocks_3_0_op.alpha', 'network', 'down_blocks_0_downsamplers_0_conv', 'alpha'],
  [
    'lora_unet_middle_block_1_transformer_blocks_9_ff_net_2.alpha',
    'network',
    'mid_block_attentions_0_transformer_blocks_9_ff_net_2',
    'alpha',
  ],
  ['lora_unet_middle_block_2_emb_layers_1.alpha', 'network', 'mid_block_resnets_1_time_emb_proj', 'alpha'],
  ['lora_unet_output_blocks_5_1_proj_in.alpha', 'network', 'up_blocks_1_attentions_2_proj_in', 'alpha'],
  ['lora_unet_output_blocks_5_2_conv.alpha', 'network', 'up_blocks_1_upsamplers_0_conv', 'alpha'],
  ['lora_unet_output_blocks_0_0_skip_connection.alpha', 'network', 'up_blocks_0_resnets_0_conv_shortcut', 'alpha'],
])('reads %s', (key, network, layer, role) => {
  expect(parseAdapterKey(key)).toEqual({ network, layer, role });
});

it.each([
  'lora_unet_mid_block_proj.hada_w1_a',
  'unet.to_q.lora_magnitude_vector',
  'unet.to_q.lora_B.bias',
  'control_model.to_q.lora_A.weight',
  'embedding',
])('does not take %s for one', (key) => {
  expect(parseAdapterKey(key)).toBeUndefined();
});
