/** The npm package evrythng has no types of its own: what the suites use of it. */
declare module "evrythng" {
  type Json = Record<string, unknown>;

  interface Resource {
    create(data: unknown): Promise<Entity>;
    read(options?: { params?: Json }): Promise<Entity & Entity[]>;
    update(data: unknown): Promise<Entity & Entity[]>;
    delete(options?: { params?: Json }): Promise<void>;
    setProject(id: string): Resource;
  }

  interface Entity extends Json, Resources {
    id: string;
  }

  interface Resources {
    action(type: string): Resource;
    actionType(name?: string): Resource;
    application(id?: string): Resource;
    collection(id?: string): Resource & Resources;
    locations(): Resource;
    product(id?: string): Resource & Resources;
    project(id?: string): Resource & Resources;
    property(key?: string): Resource;
    secretKey(): Resource;
    thng(id?: string): Resource & Resources;
  }

  interface Scope extends Resources {
    id: string;
    name?: string;
    init(): Promise<this>;
  }

  export function setup(settings: { apiUrl: string; apiVersion: 1; geolocation: false }): void;
  export function api(options: { url: string; method?: string; apiKey: string; data?: unknown }): Promise<Json>;
  export const Operator: new (apiKey: string) => Scope;
  export const Device: new (apiKey: string) => Scope;
}
